import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { iterableStreams, needing } from '../features.js';
import { eachCall, eachFlow } from '../flows.js';

export const compressionAndCrypto: Chapter = {
  title: 'Rule 3: compression and cryptography',
  cases: [
    {
      name: 'The zlib.gzip(), deflate() and brotliCompress() callbacks and those of their inverses run in the frame of the call',
      needs: ['node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        await eachCall(implementation, (callback) => zlib.gzip('text', callback));
        await eachCall(implementation, (callback) => zlib.deflate('text', callback));
        await eachCall(implementation, (callback) => zlib.brotliCompress('text', callback));
        const gzipped = zlib.gzipSync('text');
        const deflated = zlib.deflateSync('text');
        const compressed = zlib.brotliCompressSync('text');
        await eachCall(implementation, (callback) => zlib.gunzip(gzipped, callback));
        await eachCall(implementation, (callback) => zlib.inflate(deflated, callback));
        await eachCall(implementation, (callback) => zlib.brotliDecompress(compressed, callback));
      },
    },
    {
      name: 'A zlib callback that receives an error runs in the frame of the call',
      needs: ['node:zlib'],
      async run(implementation) {
        const zlib = await import('node:zlib');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve, reject) => {
              zlib.gunzip('not gzipped', (error) => {
                look('gunzip');
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
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve, reject) => {
              const stream = zlib.createGzip();
              for (const event of ['data', 'finish', 'end']) stream.on(event, () => look(event));
              stream.on('error', reject);
              stream.on('close', () => {
                look('close');
                resolve();
              });
              stream.write('some', () => look('write'));
              stream.flush(() => look('flush'));
              stream.end('text', () => look('the end’s callback'));
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
        await eachFlow(implementation, async (look) => {
          const source = Readable.from(['some ', 'text']).pipe(zlib.createGzip()).pipe(zlib.createGunzip());
          let text = '';
          for await (const chunk of source) {
            text += chunk;
            look('in the loop');
          }
          equal(text, 'some text');
        });
      },
    },
    ...needing(iterableStreams, [
      {
        name: 'A for await loop over a CompressionStream keeps its frame',
        needs: ['CompressionStream'],
        async run(implementation) {
          await eachFlow(implementation, async (look) => {
            const source = new Blob(['some text'])
              .stream()
              .pipeThrough(new CompressionStream('gzip'))
              .pipeThrough(new DecompressionStream('gzip'));
            for await (const _ of source) look('in the loop');
            look('after the loop');
          });
        },
      },
    ]),
    {
      name: 'The crypto.randomBytes() and randomFill() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await eachCall(implementation, (callback) => crypto.randomBytes(8, callback));
        await eachCall(implementation, (callback) => crypto.randomFill(new Uint8Array(8), callback));
      },
    },
    {
      name: 'The crypto.pbkdf2(), scrypt() and hkdf() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await eachCall(implementation, (callback) => crypto.pbkdf2('password', 'salt', 1, 8, 'sha256', callback));
        await eachCall(implementation, (callback) => crypto.scrypt('password', 'salt', 8, { N: 2 }, callback));
        await eachCall(implementation, (callback) => crypto.hkdf('sha256', 'key', 'salt', 'info', 8, callback));
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
        equal(storage.getStore(), undefined, 'what is seen outside');
      },
    },
    {
      name: 'The crypto.generateKey() and generateKeyPair() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await eachCall(implementation, (callback) => crypto.generateKey('hmac', { length: 64 }, callback));
        await eachCall(implementation, (callback) => crypto.generateKeyPair('ed25519', {}, callback));
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
        await eachCall(implementation, (callback) => crypto.sign(null, data, privateKey, callback));
        await eachCall(implementation, (callback) => crypto.verify(null, data, publicKey, signature, callback));
      },
    },
    {
      name: 'The crypto.generatePrime() and checkPrime() callbacks run in the frame of the call',
      needs: ['node:crypto'],
      async run(implementation) {
        const crypto = await import('node:crypto');
        await eachCall(implementation, (callback) => crypto.generatePrime(16, callback));
        await eachCall(implementation, (callback) => crypto.checkPrime(7n, callback));
      },
    },
    {
      name: 'Awaiting Web Crypto operations keeps the frame, including after a rejection',
      async run(implementation) {
        const { subtle } = globalThis.crypto;
        const data = new Uint8Array(8);
        await eachFlow(implementation, async (look) => {
          await subtle.digest('SHA-256', data).then(() => look('digest'));
          const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
          look('after generateKey');
          const signature = await subtle.sign('HMAC', key, data);
          look('after sign');
          equal(await subtle.verify('HMAC', key, signature, data), true);
          look('after verify');
          await subtle.importKey('raw', data, 'unknown', false, []).then(
            () => Promise.reject(new Error('expected an error')),
            () => look('a rejected importKey'),
          );
        });
      },
    },
  ],
};
