/** Runs the checks in a page, in the global `result`. */
import 'throughline/web';
import { checkRuntime } from './check-runtime.js';

Object.assign(globalThis, { result: checkRuntime() });
