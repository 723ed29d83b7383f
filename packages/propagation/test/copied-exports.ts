/** What an application or a library uses of this package. The test bundles this file, and loads copies of it. */
export {
  currentDeadline,
  extract,
  inject,
  Propagated,
  propagationReport,
  withDeadline,
} from '@throughline/propagation';
export { setSigningKeys } from '@throughline/propagation/signing';
