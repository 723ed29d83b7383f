/** The requests and responses of `node:http` and `node:http2`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Tells whether the client came over https, from the request alone. */
export type SecureTest = (request: NodeRequest) => boolean;

/** TLS up to this very server. */
export function isEncrypted(request: NodeRequest): boolean {
  const { socket } = request;
  return 'encrypted' in socket && socket.encrypted;
}
