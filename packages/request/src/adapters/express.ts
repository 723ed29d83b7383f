/** The request scope for Express 4 and 5. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { enterNodeScope } from '../node/enter-scope.js';
import { NodeExchange } from '../node/node-exchange.js';
import { isEncrypted } from '../node/request-response.js';
import { checkScopeOptions, type RequestScopeOptions } from '../scope/options.js';

/**
 * A middleware that opens the scope for everything after it: mount it first. Whether the client came over https is what
 * Express finds, by its own `trust proxy`.
 * @throws ERR_INVALID_OPTION
 * @example
 * app.use(requestScope({ session: sessions({ secret }) }));
 */
export function requestScope(
  options: RequestScopeOptions = {},
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  checkScopeOptions(options);
  return (request, response, next) => {
    const exchange = new NodeExchange(request, response, isSecure);
    void enterNodeScope(request, response, exchange, options, next);
  };
}

function isSecure(request: Parameters<typeof isEncrypted>[0]): boolean {
  return 'secure' in request ? request.secure === true : isEncrypted(request);
}
