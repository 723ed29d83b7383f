/** The ids that a client must not be able to choose, with every supported version of Fastify. */
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { describe, it } from 'node:test';
import { getRequestScope, type RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import { type FastifyHttpOptions, fastify } from 'fastify';

/** Returns the id of the scope of one request. */
async function scopeId(
  serverOptions: FastifyHttpOptions<Server>,
  scopeOptions: RequestScopeOptions,
  headers: Record<string, string>,
): Promise<string> {
  const app = fastify(serverOptions);
  try {
    await app.register(requestScope, scopeOptions);
    app.get('/', () => getRequestScope().id);
    return (await app.inject({ url: '/', headers })).body;
  } finally {
    await app.close();
  }
}

const UUID = /^[\da-f]{8}-[\da-f-]{27}$/;

describe('the id of the scope in Fastify', () => {
  // Fastify 4 itself uses this header by default.
  it('is not taken from the header request-id', async () => {
    assert.match(await scopeId({}, {}, { 'request-id': 'from-client' }), UUID);
    assert.match(
      await scopeId({ genReqId: () => 'generated' }, {}, { 'request-id': 'from-client' }),
      /^(?!from-client$)/,
    );
  });

  it('is the trusted x-request-id, with or without a header request-id', async () => {
    const trusting = { trustRequestId: true };
    assert.equal(await scopeId({}, trusting, { 'x-request-id': 'trusted' }), 'trusted');
    assert.equal(await scopeId({}, trusting, { 'x-request-id': 'trusted', 'request-id': 'other' }), 'trusted');
  });

  it('is random, not the counter of Fastify, which begins again in each process', async () => {
    assert.match(await scopeId({}, {}, {}), UUID);
  });
});
