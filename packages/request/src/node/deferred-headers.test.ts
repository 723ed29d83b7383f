import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { RequestError } from '../errors.js';
import type { PrepareHeaders } from '../scope/exchange.js';
import { deferHeaders } from './deferred-headers.js';

interface TextResponse {
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Node's own `end`, as code may have kept it from before the headers were deferred. */
const nodeEnd = ServerResponse.prototype.end;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Node 20 has no `Promise.withResolvers()`. */
function promiseWithResolver() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const addCookies = async () => {
  await nextTurn();
  return ['a=1', 'b=2'];
};

/**
 * Sends a request to a server whose response headers are deferred.
 * @param handle the handler of the request
 * @param prepare what the headers wait for
 * @param before runs before the headers are deferred
 */
async function respondWith(
  handle: (response: ServerResponse, request: IncomingMessage) => unknown,
  prepare: PrepareHeaders = addCookies,
  method = 'GET',
  before: (response: ServerResponse) => void = () => {},
): Promise<TextResponse> {
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
    const request = httpRequest({ host: '127.0.0.1', port, method, agent: false }).end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', (error) => reject(failure ?? error));
    });
    const body = await text(response);
    if (failure !== undefined) throw failure;
    return { status: response.statusCode, message: response.statusMessage, headers: response.headers, body };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('a response that is written with end() alone', async () => {
  const { status, headers, body } = await respondWith((response) => response.end('all of it'));
  assert.deepEqual([status, body, headers['content-length']], [200, 'all of it', '9']);
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
});

test('headers that were set before, and those in each form of the arguments of writeHead()', async () => {
  const forms: ((response: ServerResponse) => void)[] = [
    (response) =>
      response.writeHead(404, 'Gone fishing', { 'X-One': 'yes', 'Set-Cookie': 'custom=1', 'x-list': ['1', '2'] }),
    (response) =>
      response.writeHead(404, 'Gone fishing', ['X-One', 'yes', 'Set-Cookie', 'custom=1', 'x-list', '1', 'x-list', '2']),
    (response) => {
      response.setHeader('set-cookie', 'custom=1');
      response.writeHead(404, 'Gone fishing', { 'X-One': 'yes', 'x-list': ['1', '2'] });
    },
  ];
  for (const form of forms) {
    const { status, message, headers } = await respondWith((response) => {
      response.setHeader('x-before', 'yes');
      form(response);
      response.end();
    });
    assert.deepEqual([status, message], [404, 'Gone fishing']);
    assert.deepEqual([headers['x-before'], headers['x-one'], headers['x-list']], ['yes', 'yes', '1, 2']);
    assert.deepEqual(headers['set-cookie'], ['custom=1', 'a=1', 'b=2']);
  }
});

test('a method that user code has read before there is anything to wait for', async () => {
  let hasChanges = false;
  const { body, headers } = await respondWith(
    async (response) => {
      // `response.end(await handle())` reads `end` first.
      const { end } = response;
      hasChanges = true;
      await nextTurn();
      end.call(response, 'all of it', 'utf8');
    },
    () => (hasChanges ? addCookies() : []),
  );
  assert.deepEqual([body, headers['set-cookie']], ['all of it', ['a=1', 'b=2']]);
});

test('a middleware that wraps the methods before or after the headers are deferred', async () => {
  const wrap = (response: ServerResponse, name: string) => {
    const { end } = response;
    // This test calls only one of the overloads of `end`.
    response.end = ((text: string) => end.call(response, `${name}(${text})`, 'utf8')) as ServerResponse['end'];
  };
  const { body, headers } = await respondWith(
    (response) => {
      wrap(response, 'after');
      response.end('x');
    },
    addCookies,
    'GET',
    (response) => wrap(response, 'before'),
  );
  assert.equal(body, 'before(after(x))');
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
});

test('if there is nothing to wait for, nothing is deferred', async () => {
  const { body, headers } = await respondWith(
    (response) => {
      response.write('a');
      assert.ok(Object.hasOwn(response, 'headersSent') === false && response.headersSent);
      response.end('b');
    },
    () => [],
  );
  assert.deepEqual([body, headers['set-cookie']], ['ab', undefined]);
  const direct = await respondWith(
    (response) => response.writeHead(200, { 'set-cookie': 'custom=1' }).end('c'),
    () => ['a=1'],
  );
  assert.deepEqual([direct.body, direct.headers['set-cookie']], ['c', ['custom=1', 'a=1']]);
});

test('without a cookie to add, the headers are sent unchanged', async () => {
  const { headers } = await respondWith(
    (response) => response.writeHead(200, { 'x-one': 'yes' }).end(),
    async () => [],
  );
  assert.equal(headers['x-one'], 'yes');
  assert.equal(headers['set-cookie'], undefined);
});

test('headersSent is true from the first write on', async () => {
  const { body } = await respondWith(async (response) => {
    assert.equal(response.headersSent, false);
    response.write('a');
    assert.equal(response.headersSent, true);
    await nextTurn();
    await nextTurn();
    assert.equal(response.headersSent, true);
    assert.equal(Object.hasOwn(response, 'headersSent'), false);
    response.end('b');
  });
  assert.equal(body, 'ab');
});

test('the callbacks of write() and end() are called in order', async () => {
  const called: string[] = [];
  const { body } = await respondWith(
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

test('a stream that is piped into the response waits and then continues', async () => {
  const parts = Array.from({ length: 200 }, (_, i) => `${i}: ${'x'.repeat(1000)}\n`);
  const { body } = await respondWith((response) => pipeline(Readable.from(parts), response));
  assert.equal(body, parts.join(''));
});

test('flushHeaders(), and a response to HEAD', async () => {
  const flushed = await respondWith((response) => {
    response.flushHeaders();
    response.end('later');
  });
  assert.deepEqual([flushed.body, flushed.headers['set-cookie']], ['later', ['a=1', 'b=2']]);
  const head = await respondWith((response) => response.end('not sent'), addCookies, 'HEAD');
  assert.deepEqual([head.body, head.headers['set-cookie']], ['', ['a=1', 'b=2']]);
});

test('if saving fails, nothing of the handler is sent, and its later writes do not fail', async () => {
  const failToSave = async () => {
    await nextTurn();
    throw new RequestError('ERR_SESSION_STORE', 'a secret of the database');
  };
  const { status, headers, body } = await respondWith(async (response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('set-cookie', 'custom=1');
    response.writeHead(201, { 'content-length': '6', etag: 'x' });
    response.write('never ');
    await nextTurn();
    await nextTurn();
    response.write('never ');
    await pipeline(Readable.from(['never', 'ever']), response, { end: false });
    response.end('never');
  }, failToSave);
  assert.equal(status, 503);
  assert.equal(body, 'The session could not be reached. Try again later.\n');
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  assert.deepEqual([headers['set-cookie'], headers.etag], [undefined, undefined]);
  assert.ok(!body.includes('secret'));
});

test('the status of the response is that of the error', async () => {
  const failWithGone = async () => {
    throw new RequestError('ERR_SESSION_GONE', 'not for the client');
  };
  const { status, body } = await respondWith((response) => response.end('never'), failWithGone);
  assert.equal(status, 409);
  assert.match(body, /^The session was ended/);
});

test('a call that Node rejects throws immediately, and the handler can still send another response', async () => {
  const invalidCalls: [(response: ServerResponse) => void, string][] = [
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
  for (const prepare of [addCookies, () => []]) {
    for (const [callInvalid, code] of invalidCalls) {
      const { status, body, headers } = await respondWith((response) => {
        assert.throws(() => callInvalid(response), { code });
        assert.equal(response.headersSent, false, code);
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.statusCode = 500;
        response.end('error page');
      }, prepare);
      assert.deepEqual([status, body], [500, 'error page'], code);
      assert.deepEqual(headers['set-cookie'], prepare === addCookies ? ['a=1', 'b=2'] : undefined);
    }
  }
});

test('a session that is changed after a call has thrown is saved', async () => {
  let hasChanges = false;
  const { status, headers } = await respondWith(
    (response) => {
      assert.throws(() => response.writeHead(200, { 'x-name': 'line\nbreak' }));
      hasChanges = true;
      response.statusCode = 500;
      response.end('error page');
    },
    () => (hasChanges ? addCookies() : []),
  );
  assert.deepEqual([status, headers['set-cookie']], [500, ['a=1', 'b=2']]);
});

test('while the headers are deferred, the response behaves as if they had been sent', async () => {
  const { status, body, headers } = await respondWith((response) => {
    response.end('body');
    assert.deepEqual([response.headersSent, response.writableEnded], [true, true]);
    // Nothing has been sent: a library that asks waits for `finish`.
    assert.deepEqual([response.writableFinished, response.finished], [false, false]);
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

test('the callback of a call that is dropped receives the error', async () => {
  const storeError = new RequestError('ERR_SESSION_STORE', 'the store is down');
  const received: unknown[] = [];
  const { status, message } = await respondWith(
    async (response) => {
      response.statusMessage = 'All Good';
      response.write('a', (error) => received.push(error));
      await new Promise<void>((resolve) => {
        response.end('b', (error?: Error) => {
          received.push(error);
          resolve();
        });
      });
      await new Promise<void>((resolve) => {
        response.write('c', (error) => {
          received.push(error instanceof Error && 'code' in error ? error.code : error);
          resolve();
        });
      });
    },
    async () => {
      await nextTurn();
      throw storeError;
    },
  );
  assert.deepEqual([status, message], [503, 'Service Unavailable']);
  assert.deepEqual(received, [storeError, storeError, 'ERR_STREAM_DESTROYED']);
});

/** Opens a connection, sends requests for paths at once, and returns what has been received so far. */
async function connectTo(port: number, ...paths: string[]) {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    received += data;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const path of paths) socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return { socket, received: () => received };
}

/** A server whose responses have ended, but wait. `save` lets all of them continue. */
async function listenWaiting(onResponse: (response: ServerResponse) => void) {
  let save = () => {};
  const saved = new Promise<readonly string[]>((resolve) => {
    save = () => resolve(['a=1']);
  });
  const server = createServer((_request, response) => {
    deferHeaders(response, () => saved);
    onResponse(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, save };
}

test('a server that closes while a response waits still sends the response', async () => {
  const { promise: hasEnded, resolve: markEnded } = promiseWithResolver();
  const { server, port, save } = await listenWaiting((response) => {
    response.end('body');
    markEnded();
  });
  const { socket, received } = await connectTo(port, '/');
  try {
    await hasEnded;
    await nextTurn();
    server.close();
    server.closeIdleConnections();
    await nextTurn();
    save();
    await Promise.race([once(server, 'close'), once(socket, 'close'), setTimeout(1000)]);
    assert.match(received(), /^HTTP\/1\.1 200 OK\r\n.*set-cookie: a=1\r\n.*body$/s);
  } finally {
    socket.destroy();
    server.closeAllConnections();
  }
});

test('a pipelined response that waits finishes once, after its wait', async () => {
  const events: string[] = [];
  const { promise: hasEnded, resolve: markEnded } = promiseWithResolver();
  let first: ServerResponse | undefined;
  const server = createServer((request, response) => {
    if (request.url === '/1') {
      first = response;
      return;
    }
    deferHeaders(response, async () => {
      await setTimeout(20);
      events.push('saved');
      return ['a=1'];
    });
    for (const name of ['prefinish', 'finish']) response.on(name, () => events.push(name));
    response.end('second');
    markEnded();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { socket, received } = await connectTo((server.address() as AddressInfo).port, '/1', '/2');
  try {
    await hasEnded;
    first?.end('first');
    while (!received().endsWith('second')) await once(socket, 'data');
    await nextTurn();
    assert.deepEqual(events, ['saved', 'prefinish', 'finish']);
  } finally {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  }
});

test('what code that has kept a method of Node sends during the wait does not reach the client', async () => {
  for (const begin of ['writeHead', 'end'] as const) {
    const { status, body, headers } = await respondWith(
      (response) => {
        if (begin === 'end') response.end('body');
        else response.writeHead(200);
        nodeEnd.call(response, 'too early', 'utf8');
        if (begin === 'writeHead') response.end('body');
      },
      async () => {
        await setTimeout(10);
        return ['a=1'];
      },
    );
    assert.deepEqual([status, body, headers['set-cookie']], [200, 'body', ['a=1']]);
  }
});

test('headers that were sent before they could be deferred are not sent again', async () => {
  const prepared: PrepareHeaders[] = [async () => ['a=1'], () => ['a=1'], () => []];
  for (const prepare of [...prepared, async () => Promise.reject(new Error('the store is down'))]) {
    let calls = 0;
    const { status, body, headers } = await respondWith(
      (response) => {
        assert.equal(response.write('two,'), true);
        response.end('three');
      },
      () => {
        calls++;
        return prepare();
      },
      'GET',
      (response) => response.writeHead(201).write('one,'),
    );
    assert.deepEqual([status, body, headers['set-cookie'], calls], [201, 'one,two,three', undefined, 1]);
  }
});

test('a response that has ended before its headers could be deferred is not sent again to a slow client', async () => {
  const size = 20_000_000;
  const errors: unknown[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/large') {
      response.end('next');
      return;
    }
    response.writeHead(200, { 'content-length': size });
    response.end('x'.repeat(size));
    deferHeaders(response, addCookies);
    response.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
    response.end('again');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { socket, received } = await connectTo((server.address() as AddressInfo).port, '/large', '/next');
  try {
    socket.pause();
    await setTimeout(50);
    socket.resume();
    while (!received().endsWith('next')) await once(socket, 'data');
    assert.equal(received().split('HTTP/1.1 200 OK').length, 3);
    assert.doesNotMatch(received(), /again|a=1/);
    // What Node itself does.
    assert.deepEqual(errors, ['ERR_STREAM_WRITE_AFTER_END']);
  } finally {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  }
});
