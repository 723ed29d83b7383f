import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { RequestError } from '../errors.js';
import type { PrepareHeaders } from '../scope/exchange.js';
import { deferHeaders } from './deferred-headers.js';

interface Answer {
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const setsCookie = async () => {
  await turn();
  return ['a=1', 'b=2'];
};

/** One request to a server whose answer waits for `prepare`. */
async function answerOf(
  handle: (response: ServerResponse, request: IncomingMessage) => unknown,
  prepare: PrepareHeaders = setsCookie,
  method = 'GET',
  before: (response: ServerResponse) => void = () => {},
): Promise<Answer> {
  let failure: unknown;
  const server = createServer(async (request, response) => {
    before(response);
    deferHeaders(response, prepare);
    try {
      await handle(response, request);
    } catch (error) {
      failure = error;
      response.destroy();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const sent = httpRequest({ host: '127.0.0.1', port, method, agent: false }).end();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve).on('error', (error) => reject(failure ?? error));
    });
    const body = await text(answer);
    if (failure !== undefined) throw failure;
    return { status: answer.statusCode, message: answer.statusMessage, headers: answer.headers, body };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('end() alone', async () => {
  const { status, headers, body } = await answerOf((response) => response.end('all of it'));
  assert.deepEqual([status, body, headers['content-length']], [200, 'all of it', '9']);
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
});

test('the headers that were set, and what writeHead() is given in each of its forms', async () => {
  const forms: ((response: ServerResponse) => void)[] = [
    (response) =>
      response.writeHead(404, 'Gone fishing', { 'X-One': 'yes', 'Set-Cookie': 'own=1', 'x-list': ['1', '2'] }),
    (response) =>
      response.writeHead(404, 'Gone fishing', ['X-One', 'yes', 'Set-Cookie', 'own=1', 'x-list', '1', 'x-list', '2']),
    (response) => {
      response.setHeader('set-cookie', 'own=1');
      response.writeHead(404, 'Gone fishing', { 'X-One': 'yes', 'x-list': ['1', '2'] });
    },
  ];
  for (const form of forms) {
    const { status, message, headers } = await answerOf((response) => {
      response.setHeader('x-before', 'yes');
      form(response);
      response.end();
    });
    assert.deepEqual([status, message], [404, 'Gone fishing']);
    assert.deepEqual([headers['x-before'], headers['x-one'], headers['x-list']], ['yes', 'yes', '1, 2']);
    assert.deepEqual(headers['set-cookie'], ['own=1', 'a=1', 'b=2']);
  }
});

test('methods that were taken hold of before there was anything to wait for', async () => {
  let waits = false;
  const { body, headers } = await answerOf(
    async (response) => {
      // As in `response.end(await handle())`.
      const { end } = response;
      waits = true;
      await turn();
      end.call(response, 'all of it', 'utf8');
    },
    () => (waits ? setsCookie() : []),
  );
  assert.deepEqual([body, headers['set-cookie']], ['all of it', ['a=1', 'b=2']]);
});

test('a middleware that has wrapped the methods, before or after', async () => {
  const wrap = (response: ServerResponse, name: string) => {
    const { end } = response;
    // The overloads of `end` are not this test's matter.
    response.end = ((text: string) => end.call(response, `${name}(${text})`, 'utf8')) as ServerResponse['end'];
  };
  const { body, headers } = await answerOf(
    (response) => {
      wrap(response, 'after');
      response.end('x');
    },
    setsCookie,
    'GET',
    (response) => wrap(response, 'before'),
  );
  assert.equal(body, 'before(after(x))');
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
});

test('where there is nothing to wait for, nothing waits', async () => {
  const { body, headers } = await answerOf(
    (response) => {
      response.write('a');
      assert.ok(Object.hasOwn(response, 'headersSent') === false && response.headersSent);
      response.end('b');
    },
    () => [],
  );
  assert.deepEqual([body, headers['set-cookie']], ['ab', undefined]);
  const direct = await answerOf(
    (response) => response.writeHead(200, { 'set-cookie': 'own=1' }).end('c'),
    () => ['a=1'],
  );
  assert.deepEqual([direct.body, direct.headers['set-cookie']], ['c', ['own=1', 'a=1']]);
});

test('without a cookie to set, everything is as it was written', async () => {
  const { headers } = await answerOf(
    (response) => response.writeHead(200, { 'x-one': 'yes' }).end(),
    async () => [],
  );
  assert.equal(headers['x-one'], 'yes');
  assert.equal(headers['set-cookie'], undefined);
});

test('to whoever looks, the headers have gone', async () => {
  const { body } = await answerOf(async (response) => {
    assert.equal(response.headersSent, false);
    response.write('a');
    assert.equal(response.headersSent, true);
    await turn();
    await turn();
    assert.equal(response.headersSent, true);
    assert.equal(Object.hasOwn(response, 'headersSent'), false);
    response.end('b');
  });
  assert.equal(body, 'ab');
});

test('callbacks of write() and end() are called, and the order stays', async () => {
  const called: string[] = [];
  const { body } = await answerOf(
    (response) =>
      new Promise((resolve) => {
        response.write('1', () => called.push('write'));
        response.write(Buffer.from('2'), 'utf8', () => called.push('write 2'));
        response.end('3', () => {
          called.push('end');
          resolve(undefined);
        });
      }),
  );
  assert.equal(body, '123');
  assert.deepEqual(called, ['write', 'write 2', 'end']);
});

test('a stream that is piped in waits and goes on', async () => {
  const parts = Array.from({ length: 200 }, (_, i) => `${i}: ${'x'.repeat(1000)}\n`);
  const { body } = await answerOf((response) => pipeline(Readable.from(parts), response));
  assert.equal(body, parts.join(''));
});

test('flushHeaders(), and HEAD', async () => {
  const flushed = await answerOf((response) => {
    response.flushHeaders();
    response.end('later');
  });
  assert.deepEqual([flushed.body, flushed.headers['set-cookie']], ['later', ['a=1', 'b=2']]);
  const head = await answerOf((response) => response.end('not sent'), setsCookie, 'HEAD');
  assert.deepEqual([head.body, head.headers['set-cookie']], ['', ['a=1', 'b=2']]);
});

test('where it fails, nothing of the handler’s is sent, and who still writes is not hurt', async () => {
  const fails = async () => {
    await turn();
    throw new RequestError('ERR_SESSION_STORE', 'a secret of the database');
  };
  const { status, headers, body } = await answerOf(async (response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('set-cookie', 'own=1');
    response.writeHead(201, { 'content-length': '6', etag: 'x' });
    response.write('never ');
    await turn();
    await turn();
    response.write('never ');
    await pipeline(Readable.from(['never', 'ever']), response, { end: false });
    response.end('never');
  }, fails);
  assert.equal(status, 503);
  assert.equal(body, 'The session could not be reached. Try again later.\n');
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  assert.deepEqual([headers['set-cookie'], headers.etag], [undefined, undefined]);
  assert.ok(!body.includes('secret'));
});

test('an error with a status of its own is answered with it', async () => {
  const gone = async () => {
    throw new RequestError('ERR_SESSION_GONE', 'not for the client');
  };
  const { status, body } = await answerOf((response) => response.end('never'), gone);
  assert.equal(status, 409);
  assert.match(body, /^The session was ended/);
});

test('what Node does not take is refused by the call itself, and the answer can still be another one', async () => {
  const refusals: [(response: ServerResponse) => void, string][] = [
    [(response) => response.writeHead(200, { 'x-name': 'line\nbreak' }), 'ERR_INVALID_CHAR'],
    [(response) => response.writeHead(302, { location: '/\u0436' }), 'ERR_INVALID_CHAR'],
    [(response) => response.writeHead(200, { 'bad name': 'x' }), 'ERR_INVALID_HTTP_TOKEN'],
    [(response) => response.writeHead(99), 'ERR_HTTP_INVALID_STATUS_CODE'],
    [
      (response) => {
        response.statusCode = 1000;
        response.end();
      },
      'ERR_HTTP_INVALID_STATUS_CODE',
    ],
    [(response) => response.end(42), 'ERR_INVALID_ARG_TYPE'],
    [(response) => response.write(null), 'ERR_STREAM_NULL_VALUES'],
  ];
  for (const prepare of [setsCookie, () => []]) {
    for (const [refuse, code] of refusals) {
      const { status, body, headers } = await answerOf((response) => {
        assert.throws(() => refuse(response), { code });
        assert.equal(response.headersSent, false, code);
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.statusCode = 500;
        response.end('refused');
      }, prepare);
      assert.deepEqual([status, body], [500, 'refused'], code);
      assert.deepEqual(headers['set-cookie'], prepare === setsCookie ? ['a=1', 'b=2'] : undefined);
    }
  }
});

test('a session that is written to after a call that was refused is saved all the same', async () => {
  let waits = false;
  const { status, headers } = await answerOf(
    (response) => {
      assert.throws(() => response.writeHead(200, { 'x-name': 'line\nbreak' }));
      waits = true;
      response.statusCode = 500;
      response.end('the error page');
    },
    () => (waits ? setsCookie() : []),
  );
  assert.deepEqual([status, headers['set-cookie']], [500, ['a=1', 'b=2']]);
});

test('while the headers wait, the answer looks as if they had gone', async () => {
  const { status, body, headers } = await answerOf((response) => {
    response.end('body');
    assert.deepEqual([response.headersSent, response.writableEnded, response.finished], [true, true, true]);
    for (const change of [
      () => response.setHeader('x-late', '1'),
      () => response.appendHeader('x-late', '1'),
      () => response.removeHeader('date'),
      () => response.writeHead(200),
    ]) {
      assert.throws(change, { code: 'ERR_HTTP_HEADERS_SENT' });
    }
    response.statusCode = 500;
  });
  assert.deepEqual([status, body, headers['x-late']], [200, 'body', undefined]);
});

test('whoever waits for a call that is dropped is told why', async () => {
  const why = new RequestError('ERR_SESSION_STORE', 'the store is down');
  const told: unknown[] = [];
  const { status, message } = await answerOf(
    async (response) => {
      response.statusMessage = 'All Good';
      response.write('a', (error) => told.push(error));
      await new Promise<void>((resolve) => {
        response.end('b', (error?: Error) => {
          told.push(error);
          resolve();
        });
      });
      await new Promise<void>((resolve) => {
        response.write('c', (error) => {
          told.push(error instanceof Error && 'code' in error ? error.code : error);
          resolve();
        });
      });
    },
    async () => {
      await turn();
      throw why;
    },
  );
  assert.deepEqual([status, message], [503, 'Service Unavailable']);
  assert.deepEqual(told, [why, why, 'ERR_STREAM_DESTROYED']);
});
