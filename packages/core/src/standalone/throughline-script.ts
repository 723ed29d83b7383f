/**
 * Defines `globalThis.Throughline` for classic scripts, which cannot import. A script that is loaded a second time
 * replaces the object: the classes of both copies share all state of the page.
 */
import * as throughline from './throughline-module.js';

(globalThis as { Throughline?: typeof throughline }).Throughline = throughline;
