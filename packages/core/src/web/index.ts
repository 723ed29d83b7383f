export { type InstallReport, install, type Uninstall } from './install.js';
export type { InstallOptions } from './install-options.js';
export type { PatchReport } from './patch.js';
