/**
 * The options with which the doctor was loaded. When the program calls the doctor later, its environment may have
 * changed.
 */
import type { DoctorOptions } from './options.js';

let loaded: DoctorOptions | undefined;

export function setProgramOptions(options: DoctorOptions): void {
  loaded = options;
}

/** Undefined if the doctor was not loaded before the program. */
export function programOptions(): DoctorOptions | undefined {
  return loaded;
}
