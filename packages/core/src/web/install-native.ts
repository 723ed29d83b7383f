/** Where the runtime follows flows by itself there is nothing to install, and code for both may call it all the same. */
import type { InstallOptions, Uninstall } from './install.js';

export type { InstallOptions, InstallReport, Uninstall } from './install.js';
export type { PatchReport } from './patch.js';

const uninstall: Uninstall = Object.assign(() => {}, {
  report: { await: 'native', patched: [], missing: [], refused: [] } as const,
});

export function install(_options?: InstallOptions): Uninstall {
  return uninstall;
}
