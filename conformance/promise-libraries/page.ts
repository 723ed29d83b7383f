/** A page for the bundlers: sets `globalThis.result` to a promise of the outcomes. */
import { AsyncLocalStorage } from 'throughline';
import { runPromiseLibraries } from './run-promise-libraries.js';

Object.assign(globalThis, { result: runPromiseLibraries(new AsyncLocalStorage()) });
