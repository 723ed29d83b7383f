export { RequestError, type RequestErrorCode } from './errors.js';
export { type LogFields, logFields } from './log-fields.js';
export type { RequestScopeOptions } from './options.js';
export {
  getRequestScope,
  type RequestScope,
  type RequestScopeFields,
  tryGetRequestScope,
  withRequestScope,
} from './scope.js';
export { type DeepReadonly, type Session, type Sessions, session } from './session.js';
