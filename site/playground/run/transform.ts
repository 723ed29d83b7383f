/** Runs a program with Throughline, in the mode `transform`. */
import './transformed-awaits.js';
import { modules } from './modules.js';
import { startProgram } from './start-program.js';

startProgram(modules);
