export { type InstallOptions, type InstallReport, install, type Uninstall } from './install.js';
export type { PatchReport } from './patch.js';
