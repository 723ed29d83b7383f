import type { Socket } from 'node:net';
import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { listeningSockets, needing } from '../features.js';
import { eachCall, eachFlow, type Look } from '../flows.js';
import { certificate, key } from '../loopback/certificate.js';
import { whileListening } from '../loopback/while-listening.js';

export const network: Chapter = {
  title: 'Rule 3: sockets and names',
  cases: needing(listeningSockets, [
    {
      name: 'the listeners and callbacks of a socket run in the frame of net.connect',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await whileListening(net.createServer(echo), (port) =>
          eachFlow(implementation, (look) => talk(net.connect(port, '127.0.0.1'), 'connect', look)),
        );
      },
    },
    {
      name: 'a socket’s listener does not run in the frame in which it was registered',
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
      name: 'the callback of a write runs in the frame of the write, not in that of net.connect',
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
      name: 'the error listener of a socket that cannot connect runs in the frame of net.connect',
      needs: ['node:net', 'node:os'],
      async run(implementation) {
        const net = await import('node:net');
        const { tmpdir } = await import('node:os');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              net.connect(`${tmpdir()}/throughline-nobody-listens-here`).on('error', () => {
                look('error');
                resolve();
              });
            }),
        );
      },
    },
    {
      name: 'the timeout listener of a socket runs in the frame of setTimeout()',
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
      name: 'a loop over a socket stays in its frame',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await whileListening(
          net.createServer((socket) => socket.end('text')),
          (port) =>
            eachFlow(implementation, async (look) => {
              for await (const chunk of net.connect(port, '127.0.0.1')) look(`chunk ${chunk}`);
              look('after the loop');
            }),
        );
      },
    },
    {
      name: 'the connection and listening listeners of a server run in the frame of listen()',
      needs: ['node:net'],
      async run({ AsyncLocalStorage }) {
        const net = await import('node:net');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const server = storage.run('maker', () =>
          net.createServer((socket) => {
            seen.push(storage.getStore());
            socket.end();
          }),
        );
        server.on('listening', () => seen.push(storage.getStore()));
        await whileListening(
          server,
          (port) => storage.run('client', () => end(net.connect(port, '127.0.0.1'))),
          (start) => storage.run('listen', start),
        );
        equal(seen, ['listen', 'listen']);
      },
    },
    {
      name: 'the data listener of a socket that a server has accepted runs in the empty frame',
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
              return end(socket);
            }),
          (start) => storage.run('listen', start),
        );
        equal(seen, undefined);
      },
    },
    {
      name: 'the callback of a server’s close() runs in the frame of the call',
      needs: ['node:net'],
      async run(implementation) {
        const net = await import('node:net');
        await eachCall(implementation, (callback) => {
          const server = net.createServer();
          server.listen(0, '127.0.0.1', () => server.close(callback));
        });
      },
    },
    {
      name: 'the listeners and callbacks of a TLS socket run in the frame of tls.connect',
      needs: ['node:tls'],
      async run(implementation) {
        const tls = await import('node:tls');
        await whileListening(tls.createServer({ key, cert: certificate }, echo), (port) =>
          eachFlow(implementation, (look) =>
            talk(
              tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate }),
              'secureConnect',
              look,
            ),
          ),
        );
      },
    },
    {
      name: 'what the handler of a TLS connection runs keeps apart from other connections’',
      needs: ['node:tls'],
      async run({ AsyncLocalStorage }) {
        const tls = await import('node:tls');
        const storage = new AsyncLocalStorage<number>();
        let connections = 0;
        const server = tls.createServer({ key, cert: certificate }, (socket) => {
          const own = connections++;
          storage.run(own, async () => {
            await new Promise((resolve) => socket.once('data', resolve));
            await new Promise((resolve) => setTimeout(resolve, 1));
            socket.end(`${own} ${storage.getStore()}`);
          });
        });
        const ask = (port: number) =>
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
          equal((await Promise.all([ask(port), ask(port), ask(port)])).sort(), ['0 0', '1 1', '2 2']);
        });
        equal(storage.getStore(), undefined, 'what is seen outside');
      },
    },
    {
      name: 'the callbacks of a datagram socket’s bind, send and close run in the frame of the call',
      needs: ['node:dgram'],
      async run(implementation) {
        const dgram = await import('node:dgram');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve, reject) => {
              const socket = dgram.createSocket('udp4');
              socket.on('error', reject);
              socket.bind(0, '127.0.0.1', () => {
                look('bind');
                socket.send('text', socket.address().port, '127.0.0.1', (error) => {
                  look('send');
                  if (error) reject(error);
                  socket.close(() => {
                    look('close');
                    resolve();
                  });
                });
              });
            }),
        );
      },
    },
    {
      name: 'the message listener of a datagram socket runs in the frame in which the socket was made',
      needs: ['node:dgram'],
      async run({ AsyncLocalStorage }) {
        const dgram = await import('node:dgram');
        const storage = new AsyncLocalStorage<string>();
        const socket = storage.run('maker', () => dgram.createSocket('udp4'));
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
          equal(seen, 'maker');
        } finally {
          socket.close();
        }
      },
    },
    {
      name: 'the callback of dns.lookup runs in the frame of the call',
      needs: ['node:dns'],
      async run(implementation) {
        const dns = await import('node:dns');
        await eachCall(implementation, (callback) => dns.lookup('localhost', callback));
        await eachCall(implementation, (callback) => dns.lookup('localhost', { all: true }, callback));
      },
    },
    {
      name: 'the promise of dns.lookup leaves the awaiting flow its frame',
      needs: ['node:dns/promises'],
      async run(implementation) {
        const dns = await import('node:dns/promises');
        await eachFlow(implementation, async (look) => {
          await dns.lookup('localhost').then(() => look('then'));
          look('after await');
        });
      },
    },
    {
      name: 'the callback of a Resolver’s resolve4 runs in the frame of the call',
      needs: ['node:dns', 'node:dgram'],
      async run(implementation) {
        const dns = await import('node:dns');
        const dgram = await import('node:dgram');
        const server = dgram.createSocket('udp4');
        server.on('message', (question, { address, port }) => server.send(answerTo(question), port, address));
        await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
        try {
          const resolver = new dns.Resolver({ timeout: 2000, tries: 2 });
          resolver.setServers([`127.0.0.1:${server.address().port}`]);
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                resolver.resolve4('name.test', (error, addresses) => {
                  look('resolve4');
                  if (addresses?.[0] === '127.0.0.7') resolve();
                  else reject(error ?? new Error(`wrong answer: ${addresses}`));
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

/** Says something to an echo and looks at all that the socket tells. */
function talk(socket: Socket, connected: string, look: Look): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on(connected, () => {
      look(connected);
      socket.write('some', () => look('write'));
      socket.end('text', () => look('finish'));
    });
    socket.on('data', () => look('data'));
    socket.on('end', () => look('end'));
    socket.on('error', reject);
    socket.on('close', () => {
      look('close');
      resolve();
    });
  });
}

function end(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** A name server's answer: the question as it came, and one address. */
function answerTo(question: Uint8Array): Uint8Array {
  let end = 12;
  while (question[end] !== 0) end += (question[end] ?? 0) + 1;
  const asked = question.subarray(12, end + 5);
  const header = [question[0] ?? 0, question[1] ?? 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  const address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 7];
  return Uint8Array.from([...header, ...asked, ...address]);
}
