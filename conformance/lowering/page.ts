/** A page for the bundlers: sets `globalThis.result` to a promise of the outcomes. */
import { runConstructs } from './run-constructs.js';

Object.assign(globalThis, { result: runConstructs() });
