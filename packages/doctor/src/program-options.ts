/** The options with which the doctor was loaded. The program can call it later, when its environment may be another one. */
import type { DoctorOptions } from './options.js';

let loaded: DoctorOptions | undefined;

export function setProgramOptions(options: DoctorOptions): void {
  loaded = options;
}

/** Undefined if the doctor was not loaded before the program. */
export function programOptions(): DoctorOptions | undefined {
  return loaded;
}
