/** The request scope for Express 4 and 5. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterNodeScope } from '../node/enter-scope.js';
import { hostOfExpress } from '../node/forwarded-host.js';
import { NodeExchange } from '../node/node-exchange.js';
import { isEncrypted } from '../node/request-response.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';
import { holdExpressSteps } from '../steps/express-steps.js';

/**
 * Creates a middleware that opens the scope for everything that is mounted after it. Mount it first.
 *
 * The setting `trust proxy` of Express decides whether a request came over HTTPS, and to which host. If the session cannot be loaded, the
 * error goes to the error handlers of Express, in the scope.
 * @param options default: a random id, no deadline and no session
 * @returns the middleware
 * @throws {RequestError} `ERR_INVALID_OPTION` if an option has an invalid value
 * @example
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(requestScope());
 * app.get('/', (request, response) => {
 *   response.send(`Hello from ${getRequestScope().id}\n`);
 * });
 * app.listen(8080);
 * // curl localhost:8080 prints: Hello from ...
 * @see https://expressjs.com/en/guide/behind-proxies.html
 */
export function requestScope(
  options: RequestScopeOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  checkScopeOptions(options);
  return (request, response, next) => {
    holdExpressSteps(request, response);
    // The promise settles after next() has been called: there is nothing left to wait for.
    void enterNodeScope(request, response, new ExpressExchange(request, response), options, next);
  };
}

class ExpressExchange extends NodeExchange {
  override get isSecure(): boolean {
    const { request } = this;
    return 'secure' in request ? request.secure === true : isEncrypted(request);
  }

  override get host(): string | undefined {
    return hostOfExpress(this.request);
  }
}
