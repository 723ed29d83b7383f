import { equal, ok, rejects } from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { PACES } from '../../suite/sample-budget.js';
import { listening, USER_HEADER } from '../servers/server-contract.js';
import { type Context, lightIn } from '../subjects/lookup-route.js';
import { Load, LostContext } from './rate-clients.js';
import { measureRates } from './request-rates.js';

const SHORT_MS = 20;

/** Sends some load to a server that answers so. */
async function sendTo(listener: RequestListener): Promise<{ answers: number; seconds: number }> {
  const server = await listening(createServer(listener));
  try {
    // Only a server on a pipe has another kind of address.
    const load = await Load.open((server.address() as AddressInfo).port);
    try {
      return await load.send(SHORT_MS);
    } finally {
      load.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('load', () => {
  it('counts each answer, with a length or in chunks, and each user sends one request after the other', async () => {
    for (const isChunked of [false, true]) {
      let served = 0;
      const busy = new Set<unknown>();
      let overlapped = false;
      const { answers, seconds } = await sendTo((request, response) => {
        const user = request.headers[USER_HEADER];
        if (busy.has(user)) overlapped = true;
        busy.add(user);
        setImmediate(() => {
          busy.delete(user);
          served++;
          if (isChunked) response.write('{"user":"a",');
          response.end(isChunked ? '"isLost":false}' : '{"isLost":false}');
        });
      });
      equal(answers, served);
      ok(answers >= 32, `${answers}`);
      ok(seconds > 0);
      equal(overlapped, false);
    }
  });

  it('sends back the cookie of its first answer', async () => {
    const cookies = new Map<unknown, (string | undefined)[]>();
    await sendTo((request, response) => {
      const user = request.headers[USER_HEADER];
      cookies.set(user, [...(cookies.get(user) ?? []), request.headers.cookie]);
      if (request.headers.cookie === undefined) response.setHeader('set-cookie', `sid=${user}; Path=/; HttpOnly`);
      response.end('{"isLost":false}');
    });
    for (const [user, sent] of cookies) {
      equal(sent[0], undefined);
      ok(sent.slice(1).every((cookie) => cookie === `sid=${user}`));
    }
    ok([...cookies.values()].some((sent) => sent.length > 1));
  });

  it('refuses an answer that lost its context, one that is no success, and a server that hangs up', async () => {
    await rejects(
      sendTo((_request, response) => response.end('{"isLost":true}')),
      LostContext,
    );
    await rejects(
      sendTo((_request, response) => response.writeHead(500).end('broken')),
      /The server answered HTTP\/1\.1 500/,
    );
    await rejects(
      sendTo((request) => request.socket.destroy()),
      /hung up/,
    );
  });
});

describe('the light work', () => {
  it('sees a context that becomes another request’s', async () => {
    let reads = 0;
    const mixing: Context = { id: () => 'one', user: () => (++reads < 2 ? 'ada' : 'grace') };
    equal((await lightIn(mixing, 'ada')).isLost, true);
    const steady: Context = { id: () => 'one', user: () => 'ada' };
    equal((await lightIn(steady, 'ada')).isLost, false);
  });
});

describe('rates', () => {
  it('are taken of all variants of a framework', async () => {
    const variants = ['bare', 'throughline', 'peer', 'session-read', 'session-write'] as const;
    const pace = { ...PACES.quick, trafficWarmUpMs: SHORT_MS, trafficMs: 6 * SHORT_MS };
    const rates = await measureRates('fastify', variants, process.execPath, pace);
    for (const variant of variants) {
      const rate = rates.get(variant);
      ok(rate !== undefined && 'rate' in rate && rate.rate > 0 && rate.cost > 0, `${variant}: ${JSON.stringify(rate)}`);
      equal(rate.version, process.versions.node);
    }
  });
});
