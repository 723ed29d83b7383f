import type { Agent, ClientRequest, IncomingMessage, RequestOptions, Server, ServerResponse } from 'node:http';
import type { ClientHttp2Session, ServerHttp2Stream } from 'node:http2';
import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertFlowsKeepFrame, type CheckFrame } from '../concurrent-flows.js';
import { casesRequiring, listeningSockets } from '../features.js';
import { certificate, key } from '../loopback/certificate.js';
import { whileListening } from '../loopback/while-listening.js';

export const http: Chapter = {
  title: 'Rule 3: HTTP',
  cases: casesRequiring(listeningSockets, [
    {
      name: 'The handlers of concurrent requests keep their own values',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string | undefined>();
        const server = http.createServer((request, response) =>
          storage.run(request.url, async () => {
            try {
              for await (const _ of request) await new Promise((resolve) => setTimeout(resolve, 1));
              await new Promise((resolve) => setImmediate(resolve));
              response.end(storage.getStore());
            } catch {
              response.destroy();
            }
          }),
        );
        await whileListening(server, async (port) => {
          const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
          const bodies = paths.map((path) => requestText(http.request, { port, path, method: 'POST' }));
          equal(await Promise.all(bodies), paths);
        });
        equal(storage.getStore(), undefined, 'the value after the flows');
      },
    },
    {
      name: 'The request handler of a server runs in the frame of the listen() call',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = storage.run('creator', () =>
          http.createServer((_, response) => response.end(String(storage.getStore()))),
        );
        const seen = await whileListening(
          server,
          (port) => storage.run('client', () => requestText(http.request, { port })),
          (start) => storage.run('listen', start),
        );
        equal(seen, 'listen');
      },
    },
    {
      name: 'run() in a request handler does not change the value of the next request on the same socket',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = http.createServer((_, response) => {
          const before = storage.getStore();
          storage.run('handler', () => setImmediate(() => response.end(String(before))));
        });
        equal(await requestTwiceOnOneSocket(server), ['undefined', 'undefined']);
      },
    },
    {
      name: 'enterWith() in a request handler does not change the value of the next request on the same socket',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = http.createServer((_, response) => {
          const before = storage.getStore();
          storage.enterWith('handler');
          setImmediate(() => response.end(String(before)));
        });
        equal(await requestTwiceOnOneSocket(server), ['undefined', 'undefined']);
      },
    },
    {
      name: 'The write() and end() callbacks of a response run in the frame of the call',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        await new Promise<void>((resolve, reject) => {
          const server = http.createServer((_, response) => {
            const write = () => {
              seen.push(storage.getStore());
              storage.run('end', () => response.end('text', end));
            };
            const end = () => {
              seen.push(storage.getStore());
              resolve();
            };
            storage.run('write', () => response.write('some', write));
          });
          whileListening(server, (port) => requestText(http.request, { port })).catch(reject);
        });
        equal(seen, ['write', 'end']);
      },
    },
    {
      name: 'The close listener of a server response runs in the root if the client disconnects',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        let closed: (seen: string | undefined) => void = () => {};
        const seen = new Promise<string | undefined>((resolve) => {
          closed = resolve;
        });
        const server = http.createServer((_, response) =>
          storage.run('handler', () => {
            response.on('close', () => closed(storage.getStore()));
            response.write('some text');
          }),
        );
        await whileListening(
          server,
          async (port) => {
            storage.run('client', () => {
              const request = http.get({ port, host: '127.0.0.1' }, () => request.destroy());
              request.on('error', () => {});
            });
            equal(await seen, undefined);
          },
          (start) => storage.run('listen', start),
        );
      },
    },
    {
      name: 'The listeners of a client request and of its response run in the frame of the http.request() call',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        await whileListening(http.createServer(echo), (port) =>
          assertFlowsKeepFrame(implementation, (check) => requestWithChecks(http.request, { port }, check)),
        );
      },
    },
    {
      name: 'The listeners of requests that share a keep-alive socket run in the frames of their http.request() calls',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const sockets = new Set<unknown>();
        const server = http.createServer((request, response) => {
          sockets.add(request.socket.remotePort);
          echo(request, response);
        });
        try {
          await whileListening(server, (port) =>
            assertFlowsKeepFrame(implementation, async (check) => {
              await requestWithChecks(http.request, { port, agent }, check);
              await requestWithChecks(http.request, { port, agent }, check);
            }),
          );
        } finally {
          agent.destroy();
        }
        equal(sockets.size, 1, 'sockets');
      },
    },
    {
      name: 'A keep-alive socket opened by one flow leaves no value of that flow to the next flow',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        await whileListening(http.createServer(echo), (port) =>
          withAgent(new http.Agent({ keepAlive: true, maxSockets: 1 }), async (agent) => {
            const seen: (string | undefined)[] = [];
            const get = () =>
              new Promise<void>((resolve, reject) => {
                const request = http.get({ port, host: '127.0.0.1', agent }, (response) => {
                  seen.push(storage.getStore());
                  response.resume().on('end', () => {
                    seen.push(storage.getStore());
                    resolve();
                  });
                });
                request.on('error', reject);
              });
            await storage.run('first', get);
            await get();
            await storage.run('third', get);
            equal(seen, ['first', 'first', undefined, undefined, 'third', 'third']);
          }),
        );
      },
    },
    {
      name: 'The error and close listeners of a request whose keep-alive socket is closed run in the frame of its http.get() call',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = http.createServer((request, response) => {
          if (request.url === '/first') return void response.end('text');
          response.writeHead(200, { 'content-length': 10 });
          response.write('text');
          setTimeout(() => request.socket.destroy(), 10);
        });
        await whileListening(server, (port) =>
          withAgent(new http.Agent({ keepAlive: true, maxSockets: 1 }), async (agent) => {
            const get = (path: string) =>
              new Promise<string[]>((resolve) => {
                const seen: string[] = [];
                const record = (event: string) => seen.push(`${event} in ${storage.getStore()}`);
                const request = http.get({ port, host: '127.0.0.1', agent, path }, (response) => {
                  for (const event of ['aborted', 'error']) response.on(event, () => record(event));
                  response.resume();
                });
                request.on('close', () => {
                  record('close');
                  setTimeout(() => resolve(seen), 1);
                });
              });
            equal(await storage.run('first', get, '/first'), ['close in first']);
            const seen = await storage.run('second', get, '/second');
            equal(seen.sort(), ['aborted in second', 'close in second', 'error in second']);
          }),
        );
      },
    },
    {
      name: 'The handlers of pipelined requests keep their own values',
      needs: ['node:http', 'node:net'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string | undefined>();
        const server = http.createServer((request, response) =>
          storage.run(request.url, () =>
            // The first response comes last, so that the other two must wait for it.
            setTimeout(() => setImmediate(() => response.end(`<${storage.getStore()}>`)), request.url === '/a' ? 5 : 1),
          ),
        );
        const responses = await whileListening(
          server,
          (port) =>
            new Promise<string>((resolve, reject) => {
              let text = '';
              const socket = net.connect(port, '127.0.0.1', () =>
                socket.write(
                  ['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''),
                ),
              );
              socket.on('error', reject);
              socket.on('data', (chunk) => {
                text += chunk;
                if (text.split('>').length > 3) resolve(text);
              });
              socket.on('close', () => reject(new Error(`closed after ${text}`)));
            }),
        );
        equal(responses.match(/<.*?>/g), ['</a>', '</b>', '</c>']);
      },
    },
    {
      name: 'An event stream keeps its frame in the ticks of the server and in the listeners of the client',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string | undefined>();
        const server = http.createServer((request, response) =>
          storage.run(request.url, () => {
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            let ticks = 0;
            const interval = setInterval(() => {
              response.write(`data: ${storage.getStore()}\n\n`);
              if (++ticks < 3) return;
              clearInterval(interval);
              response.end();
            }, 1);
          }),
        );
        await whileListening(server, async (port) => {
          const listen = async (path: string) => {
            let text = '';
            const seen = new Set<string | undefined>();
            await new Promise<void>((resolve, reject) => {
              const request = http.get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
                response.on('data', (chunk) => {
                  text += chunk;
                  seen.add(storage.getStore());
                });
                response.on('end', resolve);
              });
              request.on('error', reject);
            });
            equal(text, `data: ${path}\n\n`.repeat(3));
            equal([...seen], [`client ${path}`]);
          };
          await Promise.all(['/a', '/b'].map((path) => storage.run(`client ${path}`, listen, path)));
        });
      },
    },
    {
      name: 'The error listener of a request aborted by another flow runs in the frame of the abort() call',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const server = http.createServer(() => storage.run('aborter', () => controller.abort()));
        const seen = await whileListening(
          server,
          (port) =>
            new Promise((resolve) =>
              storage.run('client', () => {
                const request = http.get({ port, host: '127.0.0.1', agent: false, signal: controller.signal });
                request.on('error', () => resolve(storage.getStore()));
              }),
            ),
        );
        equal(seen, 'aborter');
      },
    },
    {
      name: 'The upgrade and information listeners of a request run in the frame of the http.get() call',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        const server = http.createServer();
        server.on('upgrade', (_, socket) =>
          socket.end(
            'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n',
          ),
        );
        await whileListening(server, (port) =>
          assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                const headers = { connection: 'Upgrade', upgrade: 'test' };
                const request = http.get({ port, host: '127.0.0.1', agent: false, headers });
                request.on('error', reject);
                request.on('response', () => reject(new Error('not upgraded')));
                request.on('information', () => check('information'));
                request.on('upgrade', (_, socket) => {
                  check('upgrade');
                  socket.destroy();
                  resolve();
                });
              }),
          ),
        );
      },
    },
    {
      name: 'The listeners of HTTPS requests that share a keep-alive socket run in the frames of their https.request() calls',
      needs: ['node:https'],
      async run(implementation) {
        const https = await import('node:https');
        await whileListening(https.createServer({ key, cert: certificate }, echo), (port) =>
          withAgent(new https.Agent({ keepAlive: true, maxSockets: 1, ca: certificate }), (agent) =>
            assertFlowsKeepFrame(implementation, async (check) => {
              await requestWithChecks(https.request, { port, agent }, check);
              await requestWithChecks(https.request, { port, agent }, check);
            }),
          ),
        );
      },
    },
    {
      name: 'Awaiting fetch() and the body of its response keeps the frame',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        await whileListening(http.createServer(echo), (port) =>
          assertFlowsKeepFrame(implementation, async (check) => {
            const url = `http://127.0.0.1:${port}/`;
            const response = await fetch(url, { method: 'POST', body: 'text' }).then((response) => {
              check('then');
              return response;
            });
            check('after fetch');
            equal(await response.text(), 'text');
            check('after text');
            const { body } = await fetch(url, { method: 'POST', body: 'text' });
            if (body === null) throw new Error('no body');
            const reader = body.getReader();
            while (!(await reader.read()).done) check('after read');
            check('at the end');
          }),
        );
      },
    },
    {
      name: 'A fetch() call aborted by another flow rejects in the frame of the awaiting flow',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const server = http.createServer(() => storage.run('aborter', () => controller.abort()));
        const seen = await whileListening(server, (port) =>
          storage.run('client', async () => {
            try {
              await fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal });
            } catch {
              return storage.getStore();
            }
            return 'not aborted';
          }),
        );
        equal(seen, 'client');
      },
    },
    {
      name: 'The listeners of HTTP/2 streams that share a session run in the frames of their request() calls',
      needs: ['node:http2'],
      async run(implementation) {
        const http2 = await import('node:http2');
        const server = http2.createServer();
        server.on('stream', (stream: ServerHttp2Stream) => {
          stream.respond();
          stream.pipe(stream);
        });
        await whileListening(server, (port) =>
          withSession(http2.connect(`http://127.0.0.1:${port}`), (session) =>
            assertFlowsKeepFrame(
              implementation,
              (check) =>
                new Promise<void>((resolve, reject) => {
                  const stream = session.request({ ':method': 'POST' });
                  for (const event of ['response', 'data', 'end']) stream.on(event, () => check(event));
                  stream.on('error', reject);
                  stream.on('close', () => {
                    check('close');
                    resolve();
                  });
                  stream.end('text', () => check('finish'));
                }),
            ),
          ),
        );
      },
    },
    {
      name: 'The listeners of HTTP/2 streams do not run in the frame of the flow that has connected their session',
      needs: ['node:http2'],
      async run({ AsyncLocalStorage }) {
        const http2 = await import('node:http2');
        const storage = new AsyncLocalStorage<string>();
        const server = http2.createServer();
        server.on('stream', (stream: ServerHttp2Stream) => {
          stream.respond();
          stream.pipe(stream);
        });
        await whileListening(server, (port) =>
          withSession(
            storage.run('connect', () => http2.connect(`http://127.0.0.1:${port}`)),
            async (session) => {
              const request = () =>
                new Promise<unknown[]>((resolve, reject) => {
                  const seen: unknown[] = [];
                  const stream = session.request({ ':method': 'POST' });
                  for (const event of ['ready', 'response', 'data', 'end', 'finish', 'close']) {
                    stream.on(event, () => seen.push(storage.getStore()));
                  }
                  stream.on('error', reject);
                  stream.on('close', () => resolve([...new Set(seen)]));
                  stream.end('text');
                });
              const seen = await Promise.all([storage.run('a', request), request(), storage.run('b', request)]);
              equal(seen.flat(), ['a', undefined, 'b']);
            },
          ),
        );
      },
    },
    {
      name: 'The stream listener of an HTTP/2 server runs in the frame of the listen() call',
      needs: ['node:http2'],
      async run({ AsyncLocalStorage }) {
        const http2 = await import('node:http2');
        const storage = new AsyncLocalStorage<string>();
        const server = storage.run('creator', () => http2.createServer());
        server.on('stream', (stream: ServerHttp2Stream) => {
          const seen = storage.getStore();
          stream.respond();
          stream.end(String(seen));
        });
        const seen = await whileListening(
          server,
          (port) =>
            storage.run('client', () =>
              withSession(http2.connect(`http://127.0.0.1:${port}`), (session) => requestTextOverSession(session, '/')),
            ),
          (start) => storage.run('listen', start),
        );
        equal(seen, 'listen');
      },
    },
    {
      name: 'The handlers of concurrent streams of an HTTP/2 session keep their own values',
      needs: ['node:http2'],
      async run({ AsyncLocalStorage }) {
        const http2 = await import('node:http2');
        const storage = new AsyncLocalStorage<string | undefined>();
        const server = http2.createServer();
        server.on('stream', (stream: ServerHttp2Stream, headers) =>
          storage.run(headers[':path'], async () => {
            try {
              for await (const _ of stream) await new Promise((resolve) => setTimeout(resolve, 1));
              await new Promise((resolve) => setImmediate(resolve));
              stream.respond();
              stream.end(storage.getStore());
            } catch {
              stream.destroy();
            }
          }),
        );
        await whileListening(server, (port) =>
          withSession(http2.connect(`http://127.0.0.1:${port}`), async (session) => {
            const paths = ['/a', '/b', '/c', '/d'];
            equal(await Promise.all(paths.map((path) => requestTextOverSession(session, path))), paths);
          }),
        );
        equal(storage.getStore(), undefined, 'the value after the flows');
      },
    },
    {
      name: 'The ping() and settings() callbacks of an HTTP/2 session run in the frame of the call',
      needs: ['node:http2'],
      async run(implementation) {
        const http2 = await import('node:http2');
        await whileListening(http2.createServer(), (port) =>
          withSession(http2.connect(`http://127.0.0.1:${port}`), async (session) => {
            await new Promise((resolve) => session.once('remoteSettings', resolve));
            await assertFlowsKeepFrame(implementation, (check) => {
              const pinged = new Promise<void>((resolve, reject) => {
                session.ping((error) => {
                  check('ping');
                  if (error) reject(error);
                  else resolve();
                });
              });
              const set = new Promise<void>((resolve, reject) => {
                session.settings({ enablePush: false }, (error) => {
                  check('settings');
                  if (error) reject(error);
                  else resolve();
                });
              });
              return Promise.all([pinged, set]);
            });
          }),
        );
      },
    },
  ]),
};

type Request = (options: RequestOptions, callback: (response: IncomingMessage) => void) => ClientRequest;

/** Responds with the body of the request. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  request.pipe(response);
}

/** Makes a request. Resolves to the text of the response. */
function requestText(request: Request, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    })
      .on('error', reject)
      .end(options.method === 'POST' ? 'text' : undefined);
  });
}

/**
 * Makes a request to an echo server, and calls `check` in every callback and listener of the request and of the
 * response.
 */
function requestWithChecks(request: Request, options: RequestOptions, check: CheckFrame): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', method: 'POST', agent: false, ...options }, (response) => {
      check('the callback');
      response.on('data', () => check('data'));
      response.on('end', () => {
        check('end');
        resolve();
      });
      response.on('error', reject);
    });
    for (const event of ['socket', 'finish', 'response']) sent.on(event, () => check(event));
    sent.on('error', reject);
    sent.write('some', () => check('write'));
    sent.end('text', () => check('the end() callback'));
  });
}

/** Makes two requests, one after the other, over one keep-alive socket. Resolves to the texts of the responses. */
async function requestTwiceOnOneSocket(server: Server): Promise<string[]> {
  const http = await import('node:http');
  const ports = new Set<unknown>();
  server.on('request', (request) => ports.add(request.socket.remotePort));
  return whileListening(server, (port) =>
    withAgent(new http.Agent({ keepAlive: true, maxSockets: 1 }), async (agent) => {
      const texts = [
        await requestText(http.request, { port, agent }),
        await requestText(http.request, { port, agent }),
      ];
      equal(ports.size, 1, 'sockets');
      return texts;
    }),
  );
}

async function withAgent<A extends Agent, T>(agent: A, use: (agent: A) => Promise<T>): Promise<T> {
  try {
    return await use(agent);
  } finally {
    agent.destroy();
  }
}

async function withSession<T>(
  session: ClientHttp2Session,
  use: (session: ClientHttp2Session) => Promise<T>,
): Promise<T> {
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

/** Makes a POST request over an HTTP/2 session. Resolves to the text of the response. */
function requestTextOverSession(session: ClientHttp2Session, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path });
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('end', () => resolve(text));
    stream.on('error', reject);
    stream.end('text');
  });
}
