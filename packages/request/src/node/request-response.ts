/** The requests and responses of `node:http` and `node:http2`, which have most members in common. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Determines from a request whether the client connected over HTTPS. */
export type SecureTest = (request: NodeRequest) => boolean;

/** Whether the connection to this server uses TLS. */
export function isEncrypted(request: NodeRequest): boolean {
  const { socket } = request;
  return 'encrypted' in socket && socket.encrypted;
}

/** Reads from a request which host the client addressed. */
export type HostReader = (request: NodeRequest) => string | undefined;

/** The host in the request itself. http2 has it in a pseudo-header. */
export function hostInRequest({ headers }: NodeRequest): string | undefined {
  const authority = headers[':authority'];
  return typeof authority === 'string' ? authority : headers.host;
}
