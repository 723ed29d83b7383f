/** Runs a program with a plain global in place of Throughline. */
import './transformed-awaits.js';
import { modules } from './modules.js';
import * as plainGlobal from './plain-global.js';
import { startProgram } from './start-program.js';

startProgram({
  throughline: plainGlobal,
  'node:async_hooks': plainGlobal,
  async_hooks: plainGlobal,
  'throughline/await': modules['throughline/await'],
  '@throughline/doctor/page': modules['@throughline/doctor/page'],
});
