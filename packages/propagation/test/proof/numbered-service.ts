/**
 * The frame of a service of the proof: an HTTP server that runs each request with the values that its headers carry. The
 * path ends with the number of the request, with which its reads are compared. The process that has started the service
 * gets the port, and the counts when it asks for them.
 */
import { once } from 'node:events';
import { type Agent, createServer, type IncomingMessage, request as sendRequest } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { extract, inject } from '@throughline/propagation';
import { countReads, noReads, type ReadCounts } from './request-values.js';

/** A message of a service to the process that has started it. */
export type ServiceMessage = { readonly port: number } | { readonly counts: ReadCounts };

/** @param serve handles a request, and returns the body of the response */
export async function runService(serve: (number: number, check: () => void) => Promise<object>): Promise<void> {
  const counts = noReads();
  const server = createServer((request, response) => {
    const number = numberOf(request);
    const handle = async () => {
      const check = () => countReads(counts, number);
      check();
      await new Promise(setImmediate);
      check();
      const body = await serve(number, check);
      check();
      response.end(JSON.stringify(body));
    };
    extract(request.headers, { trust: true }).run(() => {
      handle().catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The service has no port.');
  const send = (message: ServiceMessage) => process.send?.(message);
  send({ port: address.port });
  process.on('message', () => send({ counts }));
  process.on('disconnect', () => process.exit());
}

function numberOf({ url = '' }: IncomingMessage): number {
  return Number(url.slice(url.lastIndexOf('/') + 1));
}

/** Calls a service with the values of the current flow, and returns the body of its response. */
export async function callService(agent: Agent, port: number, number: number): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = inject({});
  const sent = sendRequest({ agent, host: '127.0.0.1', port, path: `/requests/${number}`, headers });
  const [response]: IncomingMessage[] = await once(sent.end(), 'response');
  if (response === undefined) throw new Error(`The service on port ${port} did not respond.`);
  if (response.statusCode !== 200) throw new Error(`The service on port ${port} failed: ${await text(response)}`);
  return (await json(response)) as Record<string, unknown>;
}
