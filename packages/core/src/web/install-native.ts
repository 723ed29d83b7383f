/**
 * `throughline/web` on runtimes that follow flows themselves, so that the same code can call `install()` everywhere.
 */
import type { InstallOptions, Uninstall } from './install.js';

export type { InstallOptions, InstallReport, Uninstall } from './install.js';
export type { PatchReport } from './patch.js';

const uninstall: Uninstall = Object.assign(() => {}, {
  report: { await: 'native', patched: [], missing: [], refused: [] } as const,
});

/**
 * Does nothing on this runtime, which follows flows itself.
 *
 * @returns a function that does nothing, with a `report` whose `await` is `'native'`
 */
export function install(_options?: InstallOptions): Uninstall {
  return uninstall;
}
