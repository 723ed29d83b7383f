import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, iterableWebStreams } from '../features.js';

export const compressionAndCrypto: Chapter = {
  title: 'Rule 3: compression and cryptography',
  cases: [
    {
      name: 'The zlib.gzip(), deflate() and brotliCompress() callbacks and those of their inverses run in the frame of the call',
      needs: ['node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.gzip('text', callback));
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.deflate('text', callback));
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.brotliCompress('text', callback));
        const gzipped = zlib.gzipSync('text');
        const deflated = zlib.deflateSync('text');
        const compressed = zlib.brotliCompressSync('text');
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.gunzip(gzipped, callback));
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.inflate(deflated, callback));
        await assertCallbackKeepsFrame(implementation, (callback) => zlib.brotliDecompress(compressed, callback));
      },
    },
    {
      name: 'A zlib callback that receives an error runs in the frame of the call',
      needs: ['node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve, reject) => {
              zlib.gunzip('not gzipped', (error) => {
                check('gunzip');
                if (error) resolve();
                else reject(new Error('expected an error'));
              });
            }),
        );
      },
    },
    {
      name: 'The listeners and callbacks of a zlib stream run in the frame in which it is created and written to',
      needs: ['node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve, reject) => {
              const stream = zlib.createGzip();
              for (const event of ['data', 'finish', 'end']) stream.on(event, () => check(event));
              stream.on('error', reject);
              stream.on('close', () => {
                check('close');
                resolve();
              });
              stream.write('some', () => check('write'));
              stream.flush(() => check('flush'));
              stream.end('text', () => check('the end() callback'));
            }),
        );
      },
    },
    {
      name: 'A for await loop over a zlib stream keeps its frame',
      needs: ['node:stream', 'node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        const { Readable } = await import('node:stream');
        await assertFlowsKeepFrame(implementation, async (check) => {
          const source = Readable.from(['some ', 'text']).pipe(zlib.createGzip()).pipe(zlib.createGunzip());
          let text = '';
          for await (const chunk of source) {
            text += chunk;
            check('in the loop');
          }
          equal(text, 'some text');
        });
      },
    },
    ...casesRequiring(iterableWebStreams, [
      {
        name: 'A for await loop over a CompressionStream keeps its frame',
        needs: ['CompressionStream'],
        async run(implementation) {
          await assertFlowsKeepFrame(implementation, async (check) => {
            const source = new Blob(['some text'])
              .stream()
              .pipeThrough(new CompressionStream('gzip'))
              .pipeThrough(new DecompressionStream('gzip'));
            for await (const _ of source) check('in the loop');
            check('after the loop');
          });
        },
      },
    ]),
    {
      name: 'The crypto.randomBytes() and randomFill() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.randomBytes(8, callback));
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.randomFill(new Uint8Array(8), callback));
      },
    },
    {
      name: 'The crypto.pbkdf2(), scrypt() and hkdf() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await assertCallbackKeepsFrame(implementation, (callback) =>
          crypto.pbkdf2('password', 'salt', 1, 8, 'sha256', callback),
        );
        await assertCallbackKeepsFrame(implementation, (callback) =>
          crypto.scrypt('password', 'salt', 8, { N: 2 }, callback),
        );
        await assertCallbackKeepsFrame(implementation, (callback) =>
          crypto.hkdf('sha256', 'key', 'salt', 'info', 8, callback),
        );
      },
    },
    {
      name: 'The callbacks of more crypto.pbkdf2() calls than the thread pool has threads run in their own frames',
      needs: ['node:crypto'],
      async run({ AsyncLocalStorage }) {
        const crypto = await import('node:crypto');
        const storage = new AsyncLocalStorage<number>();
        const flows = Array.from({ length: 20 }, (_, value) => value);
        const seen = await Promise.all(
          flows.map((value) =>
            storage.run(
              value,
              () =>
                new Promise((resolve, reject) => {
                  const rounds = 1 + ((value * 7) % 5) * 100;
                  crypto.pbkdf2('password', 'salt', rounds, 8, 'sha256', (error) => {
                    if (error) reject(error);
                    else resolve(storage.getStore());
                  });
                }),
            ),
          ),
        );
        equal(seen, flows);
        equal(storage.getStore(), undefined, 'the value after the flows');
      },
    },
    {
      name: 'The crypto.generateKey() and generateKeyPair() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await assertCallbackKeepsFrame(implementation, (callback) =>
          crypto.generateKey('hmac', { length: 64 }, callback),
        );
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.generateKeyPair('ed25519', {}, callback));
      },
    },
    {
      name: 'The crypto.sign() and verify() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
        const data = new Uint8Array(8);
        const signature = crypto.sign(null, data, privateKey);
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.sign(null, data, privateKey, callback));
        await assertCallbackKeepsFrame(implementation, (callback) =>
          crypto.verify(null, data, publicKey, signature, callback),
        );
      },
    },
    {
      name: 'The crypto.generatePrime() and checkPrime() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.generatePrime(16, callback));
        await assertCallbackKeepsFrame(implementation, (callback) => crypto.checkPrime(7n, callback));
      },
    },
    {
      name: 'Awaiting Web Crypto operations keeps the frame, including after a rejection',
      needs: ['crypto'],
      async run(implementation) {
        const { subtle } = globalThis.crypto;
        const data = new Uint8Array(8);
        await assertFlowsKeepFrame(implementation, async (check) => {
          await subtle.digest('SHA-256', data).then(() => check('digest'));
          const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
          check('after generateKey');
          const signature = await subtle.sign('HMAC', key, data);
          check('after sign');
          equal(await subtle.verify('HMAC', key, signature, data), true);
          check('after verify');
          await subtle.importKey('raw', data, 'unknown', false, []).then(
            () => Promise.reject(new Error('expected an error')),
            () => check('a rejected importKey'),
          );
        });
      },
    },
  ],
};
