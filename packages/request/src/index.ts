export { RequestError, type RequestErrorCode } from './errors.js';
export { type LogFields, logFields } from './logging/log-fields.js';
export type { CarriedValues, CarrierRequest, ReadCarriedValues } from './scope/carried-values.js';
export type { RequestScopeOptions } from './scope/options.js';
export {
  getRequestScope,
  type RequestScope,
  type RequestScopeFields,
  tryGetRequestScope,
  withRequestScope,
} from './scope/request-scope.js';
export type {
  DeepReadonly,
  RegenerateOptions,
  Session,
  SessionData,
  Sessions,
  SessionValues,
} from './scope/session.js';
export { session } from './sessions/current-session.js';
