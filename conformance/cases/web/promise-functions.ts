import { equal } from '../../assert.js';
import type { Case, Chapter } from '../../case.js';
import { assertFlowsKeepFrame, type CheckFrame } from '../../concurrent-flows.js';
import { AbsentFeatureError, casesRequiring, type Feature, globalMember } from '../../features.js';

const cookieStores: Feature = {
  name: 'cookieStore that stores cookies',
  async probe() {
    await cookies().set('throughline', 'value');
    if ((await cookies().get('throughline'))?.value !== 'value') throw new Error('the cookie is not stored');
  },
};

/** Returns cases in which `call` awaits functions of the platform, which the browser has if it has the feature. */
function awaiting(title: string, feature: Feature, call: (check: CheckFrame) => Promise<unknown>): Case[] {
  return casesRequiring(feature, [
    {
      name: `Awaiting ${title} keeps the frame`,
      needs: ['document'],
      run: (implementation) => assertFlowsKeepFrame(implementation, call),
    },
  ]);
}

let names = 0;

interface CookieStoreLike extends EventTarget {
  get(name: string): Promise<{ value: string } | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

const cookies = () => Reflect.get(globalThis, 'cookieStore') as CookieStoreLike;

const cookieCases: readonly Case[] = [
  {
    name: 'The change listener of the cookie store runs in the root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = new Promise((resolve) => {
        storage.run('listener', () =>
          cookies().addEventListener('change', () => resolve(storage.getStore()), { once: true }),
        );
      });
      await storage.run('setter', () => cookies().set('throughline-change', 'value'));
      equal(await seen, undefined);
      await cookies().delete('throughline-change');
    },
  },
];

const observerCases: readonly Case[] = [
  {
    name: 'The callback of a FileSystemObserver runs in the root',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const { FileSystemObserver } = globalThis as unknown as {
        FileSystemObserver: new (
          callback: () => void,
        ) => { observe(handle: FileSystemHandle): Promise<void>; disconnect(): void };
      };
      const directory = await navigator.storage.getDirectory();
      const seen = new Promise((resolve) => {
        storage.run('creator', () => {
          const observer = new FileSystemObserver(() => {
            observer.disconnect();
            resolve(storage.getStore());
          });
          return storage
            .run('observe', () => observer.observe(directory))
            .then(() => storage.run('cause', () => directory.getFileHandle('throughline-observed', { create: true })));
        });
      });
      equal(await seen, undefined);
      await directory.removeEntry('throughline-observed');
    },
  },
];

export const promiseFunctions: Chapter = {
  title: 'Web: functions that return promises',
  cases: [
    ...awaiting('the methods of cookieStore', cookieStores, async (check) => {
      const name = `throughline${++names}`;
      await cookies().set(name, 'value');
      check('after set()');
      equal((await cookies().get(name))?.value, 'value');
      check('after get()');
      await cookies().delete(name);
      check('after delete()');
    }),
    ...casesRequiring(cookieStores, cookieCases),
    ...awaiting(
      'a file that a page writes and reads, and a loop over its directory,',
      globalMember('StorageManager.prototype.getDirectory'),
      async (check) => {
        const root = await navigator.storage.getDirectory().catch(() => undefined);
        check('after getDirectory()');
        if (root === undefined) throw new AbsentFeatureError('no file system of the page');
        const directory = await root.getDirectoryHandle(`throughline${++names}`, { create: true });
        const handle = await directory.getFileHandle('file', { create: true });
        check('after getFileHandle()');
        if ('createWritable' in handle) {
          const writable = await handle.createWritable();
          check('after createWritable()');
          await writable.write('text');
          check('after write()');
          await writable.close();
          check('after close()');
          equal(await (await handle.getFile()).text(), 'text');
          check('after text()');
        }
        for await (const [name] of Reflect.get(directory, 'entries').call(directory) as AsyncIterable<[string]>) {
          check(`in the loop over ${name}`);
        }
        check('after the loop');
        await root.removeEntry(directory.name, { recursive: true });
        check('after removeEntry()');
      },
    ),
    ...casesRequiring(globalMember('FileSystemObserver'), observerCases),
    ...awaiting(
      'createImageBitmap(), digest(), Cache, fonts and permissions',
      globalMember('createImageBitmap'),
      async (check) => {
        await createImageBitmap(new ImageData(1, 1));
        check('after createImageBitmap()');
        await crypto.subtle.digest('SHA-256', new Uint8Array(1));
        check('after digest()');
        const name = `throughline${++names}`;
        const cache = await caches.open(name);
        await cache.put('/text.txt', new Response('text'));
        equal(await (await cache.match('/text.txt'))?.text(), 'text');
        check('after match()');
        await caches.delete(name);
        check('after delete()');
        await document.fonts.load('10px sans-serif');
        check('after load()');
        await navigator.permissions.query({ name: 'geolocation' });
        check('after query()');
      },
    ),
    ...awaiting('WebTransport that cannot connect', globalMember('WebTransport'), async (check) => {
      const transport = new WebTransport('https://127.0.0.1:1/');
      transport.closed.catch(() => {});
      await transport.ready.catch(() => check('in catch()'));
      check('after ready');
    }),
    ...awaiting('a WebSocketStream', globalMember('WebSocketStream'), async (check) => {
      const { WebSocketStream } = globalThis as unknown as {
        WebSocketStream: new (url: string) => { readonly opened: Promise<{ readable: ReadableStream }>; close(): void };
      };
      const stream = new WebSocketStream(`ws://${location.host}/socket`);
      const { readable } = await stream.opened;
      check('after opened');
      await readable.getReader().read();
      check('after read()');
      stream.close();
    }),
    ...awaiting(
      'customElements.whenDefined() and finished of an animation',
      globalMember('customElements'),
      async (check) => {
        const name = `throughline-element-${++names}`;
        const defined = customElements.whenDefined(name);
        setTimeout(() => customElements.define(name, class extends HTMLElement {}));
        await defined;
        check('after whenDefined()');
        const animation = document.body.animate([{ opacity: 1 }, { opacity: 1 }], 1);
        await animation.finished;
        check('after finished');
      },
    ),
  ],
};
