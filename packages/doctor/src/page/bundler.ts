/**
 * What `@throughline/transform` needs of the doctor to build a page with it. It is not meant for other code.
 */
export {
  type InstrumentedPageFile,
  instrumentPageFile,
  isPartOfDoctor,
  PACKAGE_FOLDER,
  PAGE_MODULE,
  type PageFileOptions,
} from './instrument-page-file.js';
export type { PageSettings } from './page-file.js';
export { formatPageFindings } from './page-report.js';
