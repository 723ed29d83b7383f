import { equal, ok, rejects } from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { SAMPLE_BUDGETS } from '../../suite/sample-budget.js';
import { listenOnFreePort, USER_HEADER } from '../servers/server-contract.js';
import { lookUpInContext, type RequestContext } from '../subjects/lookup-route.js';
import { LostContextError, RateClients } from './rate-clients.js';
import { measureRates } from './request-rates.js';

const SHORT_MS = 20;

/** Sends requests for a short time to a server with this listener. */
async function sendTo(listener: RequestListener): Promise<{ responses: number; seconds: number }> {
  const server = await listenOnFreePort(createServer(listener));
  try {
    // The server listens on TCP, so its address is an AddressInfo.
    const clients = await RateClients.open((server.address() as AddressInfo).port);
    try {
      return await clients.send(SHORT_MS);
    } finally {
      clients.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('RateClients', () => {
  it('counts each response, with a length or in chunks, and sends only one request per user at a time', async () => {
    for (const isChunked of [false, true]) {
      let served = 0;
      const busy = new Set<unknown>();
      let hasOverlapped = false;
      const { responses, seconds } = await sendTo((request, response) => {
        const user = request.headers[USER_HEADER];
        if (busy.has(user)) hasOverlapped = true;
        busy.add(user);
        setImmediate(() => {
          busy.delete(user);
          served++;
          if (isChunked) response.write('{"user":"a",');
          response.end(isChunked ? '"isLost":false}' : '{"isLost":false}');
        });
      });
      equal(responses, served);
      ok(responses >= 32, `${responses}`);
      ok(seconds > 0);
      equal(hasOverlapped, false);
    }
  });

  it('sends the cookie of the first response with all further requests', async () => {
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

  it('rejects on a lost context, an error status, and a closed connection', async () => {
    await rejects(
      sendTo((_request, response) => response.end('{"isLost":true}')),
      LostContextError,
    );
    await rejects(
      sendTo((_request, response) => response.writeHead(500).end('broken')),
      /Expected a response with status 200, but got: HTTP\/1\.1 500/,
    );
    await rejects(
      sendTo((request) => request.socket.destroy()),
      /The server closed the connection/,
    );
  });
});

describe('lookUpInContext()', () => {
  it("reports a context that changes to another request's values", async () => {
    let reads = 0;
    const mixedUp: RequestContext = { id: () => 'one', user: () => (++reads < 2 ? 'ada' : 'grace') };
    equal((await lookUpInContext(mixedUp, 'ada')).isLost, true);
    const steady: RequestContext = { id: () => 'one', user: () => 'ada' };
    equal((await lookUpInContext(steady, 'ada')).isLost, false);
  });
});

describe('measureRates()', () => {
  it('returns a rate and a cost for every variant of a framework', async () => {
    const variants = ['bare', 'throughline', 'peer', 'session-read', 'session-write'] as const;
    const budget = { ...SAMPLE_BUDGETS.short, loadWarmUpMs: SHORT_MS, loadMs: 6 * SHORT_MS };
    const rates = await measureRates('fastify', variants, process.execPath, budget);
    for (const variant of variants) {
      const rate = rates.get(variant);
      ok(rate !== undefined && 'rate' in rate && rate.rate > 0 && rate.cost > 0, `${variant}: ${JSON.stringify(rate)}`);
      equal(rate.version, process.versions.node);
    }
  });
});
