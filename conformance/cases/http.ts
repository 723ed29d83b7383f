import type { Agent, ClientRequest, IncomingMessage, RequestOptions, Server, ServerResponse } from 'node:http';
import type { ClientHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { listeningSockets, needing } from '../features.js';
import { eachFlow, type Look } from '../flows.js';
import { certificate, key } from '../loopback/certificate.js';
import { whileListening } from '../loopback/while-listening.js';

export const http: Chapter = {
  title: 'Rule 3: HTTP',
  cases: needing(listeningSockets, [
    {
      name: 'requests that are in flight at once each keep what their handler runs with',
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
          const answers = paths.map((path) => ask(http.request, { port, path, method: 'POST' }));
          equal(await Promise.all(answers), paths);
        });
        equal(storage.getStore(), undefined, 'what is seen outside');
      },
    },
    {
      name: 'the request handler of a server runs in the frame of listen()',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = storage.run('maker', () =>
          http.createServer((_, response) => response.end(String(storage.getStore()))),
        );
        const seen = await whileListening(
          server,
          (port) => storage.run('client', () => ask(http.request, { port })),
          (start) => storage.run('listen', start),
        );
        equal(seen, 'listen');
      },
    },
    {
      name: 'what a request handler runs is not seen by the next request on the same socket',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = http.createServer((_, response) => {
          const before = storage.getStore();
          storage.run('handler', () => setImmediate(() => response.end(String(before))));
        });
        equal(await askTwiceOnOneSocket(server), ['undefined', 'undefined']);
      },
    },
    {
      name: 'what a request handler enters is not seen by the next request on the same socket',
      needs: ['node:http'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const storage = new AsyncLocalStorage<string>();
        const server = http.createServer((_, response) => {
          const before = storage.getStore();
          storage.enterWith('handler');
          setImmediate(() => response.end(String(before)));
        });
        equal(await askTwiceOnOneSocket(server), ['undefined', 'undefined']);
      },
    },
    {
      name: 'the callbacks of a response’s write() and end() run in the frame of the call',
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
          whileListening(server, (port) => ask(http.request, { port })).catch(reject);
        });
        equal(seen, ['write', 'end']);
      },
    },
    {
      name: 'the close listener of a request whose client has gone away runs in the empty frame',
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
      name: 'the listeners of a request and of its response run in the frame of http.request',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        await whileListening(http.createServer(echo), (port) =>
          eachFlow(implementation, (look) => askAndLook(http.request, { port }, look)),
        );
      },
    },
    {
      name: 'a keep-alive agent with one socket gives each request the frame of its own call',
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
            eachFlow(implementation, async (look) => {
              await askAndLook(http.request, { port, agent }, look);
              await askAndLook(http.request, { port, agent }, look);
            }),
          );
        } finally {
          agent.destroy();
        }
        equal(sockets.size, 1, 'sockets');
      },
    },
    {
      name: 'a keep-alive socket that one flow has opened keeps nothing of it for the next',
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
      name: 'pipelined requests each keep what their handler runs with',
      needs: ['node:http', 'node:net'],
      async run({ AsyncLocalStorage }) {
        const http = await import('node:http');
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string | undefined>();
        const server = http.createServer((request, response) =>
          storage.run(request.url, () =>
            // The first one takes longest, so that its answer holds up the others.
            setTimeout(() => setImmediate(() => response.end(`<${storage.getStore()}>`)), request.url === '/a' ? 5 : 1),
          ),
        );
        const answer = await whileListening(
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
        equal(answer.match(/<.*?>/g), ['</a>', '</b>', '</c>']);
      },
    },
    {
      name: 'an event stream keeps its frame, in the server’s ticks and in the client’s listeners',
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
      name: 'the error listener of a request that another flow aborts runs in the frame of abort()',
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
      name: 'the upgrade and information listeners of a request run in the frame of http.request',
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
          eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                const headers = { connection: 'Upgrade', upgrade: 'test' };
                const request = http.get({ port, host: '127.0.0.1', agent: false, headers });
                request.on('error', reject);
                request.on('response', () => reject(new Error('not upgraded')));
                request.on('information', () => look('information'));
                request.on('upgrade', (_, socket) => {
                  look('upgrade');
                  socket.destroy();
                  resolve();
                });
              }),
          ),
        );
      },
    },
    {
      name: 'the listeners of an HTTPS request run in the frame of the call, on a keep-alive socket too',
      needs: ['node:https'],
      async run(implementation) {
        const https = await import('node:https');
        await whileListening(https.createServer({ key, cert: certificate }, echo), (port) =>
          withAgent(new https.Agent({ keepAlive: true, maxSockets: 1, ca: certificate }), (agent) =>
            eachFlow(implementation, async (look) => {
              await askAndLook(https.request, { port, agent }, look);
              await askAndLook(https.request, { port, agent }, look);
            }),
          ),
        );
      },
    },
    {
      name: 'fetch() and the reading of its body leave the awaiting flow its frame',
      needs: ['node:http'],
      async run(implementation) {
        const http = await import('node:http');
        await whileListening(http.createServer(echo), (port) =>
          eachFlow(implementation, async (look) => {
            const url = `http://127.0.0.1:${port}/`;
            const response = await fetch(url, { method: 'POST', body: 'text' }).then((response) => {
              look('then');
              return response;
            });
            look('after fetch');
            equal(await response.text(), 'text');
            look('after text');
            const { body } = await fetch(url, { method: 'POST', body: 'text' });
            if (body === null) throw new Error('no body');
            const reader = body.getReader();
            while (!(await reader.read()).done) look('after read');
            look('at the end');
          }),
        );
      },
    },
    {
      name: 'a fetch() that another flow aborts rejects in the awaiting flow’s frame',
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
      name: 'the listeners of an HTTP/2 stream run in the frame of request(), also where streams share a session',
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
            eachFlow(
              implementation,
              (look) =>
                new Promise<void>((resolve, reject) => {
                  const stream = session.request({ ':method': 'POST' });
                  for (const event of ['response', 'data', 'end']) stream.on(event, () => look(event));
                  stream.on('error', reject);
                  stream.on('close', () => {
                    look('close');
                    resolve();
                  });
                  stream.end('text', () => look('finish'));
                }),
            ),
          ),
        );
      },
    },
    {
      name: 'the stream listener of an HTTP/2 server runs in the frame of listen()',
      needs: ['node:http2'],
      async run({ AsyncLocalStorage }) {
        const http2 = await import('node:http2');
        const storage = new AsyncLocalStorage<string>();
        const server = storage.run('maker', () => http2.createServer());
        server.on('stream', (stream: ServerHttp2Stream) => {
          const seen = storage.getStore();
          stream.respond();
          stream.end(String(seen));
        });
        const seen = await whileListening(
          server,
          (port) =>
            storage.run('client', () =>
              withSession(http2.connect(`http://127.0.0.1:${port}`), (session) => askSession(session, '/')),
            ),
          (start) => storage.run('listen', start),
        );
        equal(seen, 'listen');
      },
    },
    {
      name: 'streams of one HTTP/2 session each keep what their handler runs with',
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
            equal(await Promise.all(paths.map((path) => askSession(session, path))), paths);
          }),
        );
        equal(storage.getStore(), undefined, 'what is seen outside');
      },
    },
    {
      name: 'the callbacks of an HTTP/2 session’s ping and settings run in the frame of the call',
      needs: ['node:http2'],
      async run(implementation) {
        const http2 = await import('node:http2');
        await whileListening(http2.createServer(), (port) =>
          withSession(http2.connect(`http://127.0.0.1:${port}`), async (session) => {
            await new Promise((resolve) => session.once('remoteSettings', resolve));
            await eachFlow(implementation, (look) => {
              const pinged = new Promise<void>((resolve, reject) => {
                session.ping((error) => {
                  look('ping');
                  if (error) reject(error);
                  else resolve();
                });
              });
              const set = new Promise<void>((resolve, reject) => {
                session.settings({ enablePush: false }, (error) => {
                  look('settings');
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

/** Sends the request's body back. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  request.pipe(response);
}

/**
 * Makes a request.
 * @returns the text of the answer
 */
function ask(request: Request, options: RequestOptions): Promise<string> {
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

/** Makes a request to an echo and looks at all that the request and the response tell. */
function askAndLook(request: Request, options: RequestOptions, look: Look): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', method: 'POST', agent: false, ...options }, (response) => {
      look('the callback');
      response.on('data', () => look('data'));
      response.on('end', () => {
        look('end');
        resolve();
      });
      response.on('error', reject);
    });
    for (const event of ['socket', 'finish', 'response']) sent.on(event, () => look(event));
    sent.on('error', reject);
    sent.write('some', () => look('write'));
    sent.end('text', () => look('the end’s callback'));
  });
}

async function askTwiceOnOneSocket(server: Server): Promise<string[]> {
  const http = await import('node:http');
  const ports = new Set<unknown>();
  server.on('request', (request) => ports.add(request.socket.remotePort));
  return whileListening(server, (port) =>
    withAgent(new http.Agent({ keepAlive: true, maxSockets: 1 }), async (agent) => {
      const answers = [await ask(http.request, { port, agent }), await ask(http.request, { port, agent })];
      equal(ports.size, 1, 'sockets');
      return answers;
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

function askSession(session: ClientHttp2Session, path: string): Promise<string> {
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
