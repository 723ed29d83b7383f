import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { finished, Readable, type Writable } from 'node:stream';
import { test } from 'node:test';
import { NodeExchange } from './node-exchange.js';
import type { NodeRequest, NodeResponse } from './request-response.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** How a handler ends its response. */
const endings: Record<string, (response: Writable) => unknown> = {
  'end()': (response) => response.end('body'),
  'write() and end()': (response) => {
    response.write('bo');
    response.end('dy');
  },
  'a stream': (response) => Readable.from(['body']).pipe(response),
};

/** A server and a client of one protocol. */
interface Protocol {
  readonly listen: (handler: (request: NodeRequest, response: NodeResponse) => void) => Server;
  /** @returns functions that disconnect the client, and that wait for the body */
  readonly request: (port: number) => { disconnect: () => void; body: () => Promise<unknown> };
}

const protocols: Record<string, Protocol> = {
  'HTTP/1': {
    listen: (handler) => createServer(handler),
    request: (port) => {
      const request = get({ port, agent: false }).on('error', () => {});
      return {
        disconnect: () => request.destroy(),
        body: async () => (await once(request, 'response'))[0].toArray(),
      };
    },
  },
  'HTTP/2': {
    listen: (handler) => createHttp2Server(handler),
    request: (port) => {
      const client = connectHttp2(`http://localhost:${port}`).on('error', () => {});
      const stream = client.request({ ':path': '/' }).on('error', () => {});
      return {
        disconnect: () => client.destroy(),
        body: () => stream.toArray().finally(() => client.close()),
      };
    },
  },
};

for (const [protocolName, { listen, request }] of Object.entries(protocols)) {
  for (const [endingName, end] of Object.entries(endings)) {
    test(`${protocolName}: a client disconnects while a response written with ${endingName} waits`, async () => {
      for (const disconnects of [true, false]) {
        let save = () => {};
        const saved = new Promise<readonly string[]>((resolve) => {
          save = () => resolve(['a=1']);
        });
        const events: unknown[] = [];
        let markWaiting: (response: NodeResponse) => void = () => {};
        const waiting = new Promise<NodeResponse>((resolve) => {
          markWaiting = resolve;
        });
        const server = listen((request, response) => {
          const exchange = new NodeExchange(request, response);
          exchange.beforeHeaders(() => saved);
          exchange.onClientGone(() => events.push('client gone'));
          // Node's types declare no response as the stream that it is.
          const stream = response as unknown as Writable;
          finished(stream, (error) => events.push(error?.code ?? 'finished'));
          end(stream);
          setImmediate(markWaiting, response);
        }).listen(0, 'localhost');
        await once(server, 'listening');
        const client = request((server.address() as AddressInfo).port);
        const response = await waiting;
        const closed = once(response, 'close');
        if (disconnects) client.disconnect();
        else save();
        await Promise.all([closed, disconnects ? undefined : client.body()]);
        await nextTurn();
        assert.equal(events.includes('client gone'), disconnects, `${events}`);
        // http2 itself emits `finish` on a response whose client has disconnected.
        if (protocolName === 'HTTP/1') {
          assert.equal(events.includes(disconnects ? 'ERR_STREAM_PREMATURE_CLOSE' : 'finished'), true, `${events}`);
        }
        save();
        await nextTurn();
        await new Promise((resolve) => server.close(resolve));
      }
    });
  }
}
