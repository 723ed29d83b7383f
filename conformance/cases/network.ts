import type { Socket } from 'node:net';
import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame, type CheckFrame } from '../concurrent-flows.js';
import { casesRequiring, listeningSockets } from '../features.js';
import { certificate, key } from '../loopback/certificate.js';
import { whileListening } from '../loopback/while-listening.js';

export const network: Chapter = {
  title: 'Rule 3: sockets and DNS',
  cases: casesRequiring(listeningSockets, [
    {
      name: 'The listeners and callbacks of a socket run in the frame of the net.connect() call',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await whileListening(net.createServer(echo), (port) =>
          assertFlowsKeepFrame(implementation, (check) =>
            talkToEchoServer(net.connect(port, '127.0.0.1'), 'connect', check),
          ),
        );
      },
    },
    {
      name: 'A socket listener does not run in the frame in which it was registered',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen = await whileListening(
          net.createServer((socket) => socket.end('text')),
          (port) =>
            new Promise((resolve, reject) => {
              const socket = storage.run('connect', () => net.connect(port, '127.0.0.1'));
              socket.on('error', reject);
              storage.run('listener', () => socket.on('data', () => resolve(storage.getStore())));
            }),
        );
        equal(seen, 'connect');
      },
    },
    {
      name: 'The write() callback of a socket runs in the frame of the write() call, not of the net.connect() call',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen = await whileListening(
          net.createServer(echo),
          (port) =>
            new Promise((resolve, reject) => {
              const socket = storage.run('connect', () => net.connect(port, '127.0.0.1'));
              socket.on('error', reject);
              socket.on('connect', () =>
                storage.run('write', () =>
                  socket.write('text', () => {
                    resolve(storage.getStore());
                    socket.destroy();
                  }),
                ),
              );
            }),
        );
        equal(seen, 'write');
      },
    },
    {
      name: 'The error listener of a socket that cannot connect runs in the frame of the net.connect() call',
      needs: ['node:net', 'node:os'],
      async run(implementation) {
        const net = await import('node:net');
        const { tmpdir } = await import('node:os');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              net.connect(`${tmpdir()}/throughline-without-listener`).on('error', () => {
                check('error');
                resolve();
              });
            }),
        );
      },
    },
    {
      name: 'The timeout listener of a socket runs in the frame of the setTimeout() call',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen = await whileListening(net.createServer(echo), (port) => {
          const socket = storage.run('connect', () => net.connect(port, '127.0.0.1'));
          return new Promise((resolve, reject) => {
            socket.on('error', reject);
            socket.on('timeout', () => resolve(storage.getStore()));
            socket.on('connect', () => storage.run('setTimeout', () => socket.setTimeout(2)));
          }).finally(() => socket.destroy());
        });
        equal(seen, 'setTimeout');
      },
    },
    {
      name: 'A for await loop over a socket keeps its frame',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await whileListening(
          net.createServer((socket) => socket.end('text')),
          (port) =>
            assertFlowsKeepFrame(implementation, async (check) => {
              for await (const chunk of net.connect(port, '127.0.0.1')) check(`chunk ${chunk}`);
              check('after the loop');
            }),
        );
      },
    },
    {
      name: 'The connection and listening listeners of a server run in the frame of the listen() call',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const server = storage.run('creator', () =>
          net.createServer((socket) => {
            seen.push(storage.getStore());
            socket.end();
          }),
        );
        server.on('listening', () => seen.push(storage.getStore()));
        await whileListening(
          server,
          (port) => storage.run('client', () => drain(net.connect(port, '127.0.0.1'))),
          (start) => storage.run('listen', start),
        );
        equal(seen, ['listen', 'listen']);
      },
    },
    {
      name: 'The data listener of a socket accepted by a server runs in the root',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined = 'no data';
        await whileListening(
          net.createServer((socket) =>
            storage.run('handler', () =>
              socket.on('data', () => {
                seen = storage.getStore();
                socket.end();
              }),
            ),
          ),
          (port) =>
            storage.run('client', () => {
              const socket = net.connect(port, '127.0.0.1');
              socket.on('connect', () => socket.write('text'));
              return drain(socket);
            }),
          (start) => storage.run('listen', start),
        );
        equal(seen, undefined);
      },
    },
    {
      name: 'enterWith() in the listeners of a server and of its sockets does not change the value of later listeners',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const recordAndEnter = (event: string) => {
          seen.push(`${event} in ${storage.getStore()}`);
          storage.enterWith(event);
        };
        const server = net.createServer((socket) => {
          recordAndEnter('connection');
          socket.on('data', () => {
            recordAndEnter('data');
            socket.end('text');
          });
        });
        await whileListening(server, async (port) => {
          for (let count = 0; count < 2; count++) {
            const socket = net.connect(port, '127.0.0.1', () => socket.write('text'));
            socket.on('data', () => recordAndEnter('client'));
            await new Promise((resolve) => socket.on('close', resolve));
          }
        });
        const events = ['connection', 'data', 'client'].map((event) => `${event} in undefined`);
        equal(seen, [...events, ...events]);
      },
    },
    {
      name: 'The close listener of a socket runs in the frame of the net.connect() call, not of the destroy() call',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen = await whileListening(
          net.createServer(echo),
          (port) =>
            new Promise((resolve) => {
              const socket = storage.run('connect', () => net.connect(port, '127.0.0.1'));
              socket.on('close', () => resolve(storage.getStore()));
              socket.on('connect', () => storage.run('destroy', () => socket.destroy()));
            }),
        );
        equal(seen, 'connect');
      },
    },
    {
      name: 'The close() callback of a server runs in the frame of the call',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await assertCallbackKeepsFrame(implementation, (callback) => {
          const server = net.createServer();
          server.listen(0, '127.0.0.1', () => server.close(callback));
        });
      },
    },
    {
      name: 'The listeners and callbacks of a TLS socket run in the frame of the tls.connect() call',
      needs: ['node:tls'],
      async run(implementation) {
        const tls = await import('node:tls');
        await whileListening(tls.createServer({ key, cert: certificate }, echo), (port) =>
          assertFlowsKeepFrame(implementation, (check) =>
            talkToEchoServer(
              tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate }),
              'secureConnect',
              check,
            ),
          ),
        );
      },
    },
    {
      name: 'The handlers of concurrent TLS connections keep their own values',
      needs: ['node:tls'],
      async run({ AsyncLocalStorage }) {
        const tls = await import('node:tls');
        const storage = new AsyncLocalStorage<number>();
        let connections = 0;
        const server = tls.createServer({ key, cert: certificate }, (socket) => {
          const id = connections++;
          void storage.run(id, async () => {
            await new Promise((resolve) => socket.once('data', resolve));
            await new Promise((resolve) => setTimeout(resolve, 1));
            socket.end(`${id} ${storage.getStore()}`);
          });
        });
        const request = (port: number) =>
          new Promise<string>((resolve, reject) => {
            const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate });
            let text = '';
            socket.on('secureConnect', () => socket.write('text'));
            socket.on('data', (chunk) => {
              text += chunk;
            });
            socket.on('end', () => resolve(text));
            socket.on('error', reject);
          });
        await whileListening(server, async (port) => {
          equal((await Promise.all([request(port), request(port), request(port)])).sort(), ['0 0', '1 1', '2 2']);
        });
        equal(storage.getStore(), undefined, 'the value after the flows');
      },
    },
    {
      name: 'The bind(), send() and close() callbacks of a datagram socket run in the frame of the call',
      needs: ['node:dgram'],
      async run(implementation) {
        const dgram = await import('node:dgram');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve, reject) => {
              const socket = dgram.createSocket('udp4');
              socket.on('error', reject);
              socket.bind(0, '127.0.0.1', () => {
                check('bind');
                socket.send('text', socket.address().port, '127.0.0.1', (error) => {
                  check('send');
                  if (error) reject(error);
                  socket.close(() => {
                    check('close');
                    resolve();
                  });
                });
              });
            }),
        );
      },
    },
    {
      name: 'The message listener of a datagram socket runs in the frame in which the socket was created',
      needs: ['node:dgram'],
      async run({ AsyncLocalStorage }) {
        const dgram = await import('node:dgram');
        const storage = new AsyncLocalStorage<string>();
        const socket = storage.run('creator', () => dgram.createSocket('udp4'));
        try {
          const seen = await new Promise((resolve, reject) => {
            socket.on('error', reject);
            storage.run('listener', () => socket.on('message', () => resolve(storage.getStore())));
            storage.run('bind', () =>
              socket.bind(0, '127.0.0.1', () =>
                storage.run('sender', () => socket.send('text', socket.address().port, '127.0.0.1')),
              ),
            );
          });
          equal(seen, 'creator');
        } finally {
          socket.close();
        }
      },
    },
    {
      name: 'The dns.lookup() callback runs in the frame of the call',
      needs: ['node:dns'],
      async run(implementation) {
        const dns = await import('node:dns');
        await assertCallbackKeepsFrame(implementation, (callback) => dns.lookup('localhost', callback));
        await assertCallbackKeepsFrame(implementation, (callback) => dns.lookup('localhost', { all: true }, callback));
      },
    },
    {
      name: 'Awaiting lookup() of dns/promises keeps the frame',
      needs: ['node:dns/promises'],
      async run(implementation) {
        const dns = await import('node:dns/promises');
        await assertFlowsKeepFrame(implementation, async (check) => {
          await dns.lookup('localhost').then(() => check('then'));
          check('after await');
        });
      },
    },
    {
      name: 'The resolve4() callback of a Resolver runs in the frame of the call',
      needs: ['node:dns', 'node:dgram'],
      async run(implementation) {
        const dns = await import('node:dns');
        const dgram = await import('node:dgram');
        const server = dgram.createSocket('udp4');
        server.on('message', (query, { address, port }) => server.send(dnsResponse(query), port, address));
        await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
        try {
          const resolver = new dns.Resolver({ timeout: 2000, tries: 2 });
          resolver.setServers([`127.0.0.1:${server.address().port}`]);
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                resolver.resolve4('name.test', (error, addresses) => {
                  check('resolve4');
                  if (addresses?.[0] === '127.0.0.7') resolve();
                  else reject(error ?? new Error(`unexpected addresses: ${addresses}`));
                });
              }),
          );
        } finally {
          server.close();
        }
      },
    },
  ]),
};

function echo(socket: Socket): void {
  socket.pipe(socket);
}

/** Sends text to an echo server, and calls `check` in every callback and listener of the socket. */
function talkToEchoServer(socket: Socket, connected: string, check: CheckFrame): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on(connected, () => {
      check(connected);
      socket.write('some', () => check('write'));
      socket.end('text', () => check('finish'));
    });
    socket.on('data', () => check('data'));
    socket.on('end', () => check('end'));
    socket.on('error', reject);
    socket.on('close', () => {
      check('close');
      resolve();
    });
  });
}

/** Discards all data of a socket, and resolves when the socket is closed. */
function drain(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** Returns a DNS response (RFC 1035, section 4): the question of the query, and 127.0.0.7 as the only A record. */
function dnsResponse(query: Uint8Array): Uint8Array {
  let end = 12;
  while (query[end] !== 0) end += (query[end] ?? 0) + 1;
  const question = query.subarray(12, end + 5);
  const header = [query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 7];
  return Uint8Array.from([...header, ...question, ...record]);
}
