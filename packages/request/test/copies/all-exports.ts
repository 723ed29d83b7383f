/** What an application and a library use of this package. A test bundles this file, and loads copies of it. */
export {
  getRequestScope,
  logFields,
  RequestError,
  session,
  tryGetRequestScope,
  withRequestScope,
} from '@throughline/request';
export { requestScope as expressScope } from '@throughline/request/express';
export { requestScope as httpScope } from '@throughline/request/http';
export { sessions } from '@throughline/request/sessions';
export { requestScope as webScope } from '@throughline/request/web';
