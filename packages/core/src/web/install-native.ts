/**
 * `throughline/web` on runtimes that follow flows themselves, so that the same code can call `install()` everywhere.
 */
import type { Uninstall } from './install.js';
import { checkInstallOptions, type InstallOptions } from './install-options.js';

export type { InstallReport, Uninstall } from './install.js';
export type { InstallOptions } from './install-options.js';
export type { PatchReport } from './patch.js';

const uninstall: Uninstall = Object.assign(() => {}, {
  report: { await: 'native', patched: [], missing: [], refused: [] } as const,
});

/**
 * Checks its options and does nothing else on this runtime, which follows flows itself.
 *
 * @param options as in browsers
 * @returns a function that does nothing, with a `report` whose `await` is `'native'`
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 */
export function install(options: InstallOptions = {}): Uninstall {
  checkInstallOptions(options);
  return uninstall;
}
