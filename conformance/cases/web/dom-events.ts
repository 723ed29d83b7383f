import { equal } from '../../assert.js';
import type { Chapter } from '../../case.js';
import { delay, nextEvent, whileInPage } from './dom.js';

export const domEvents: Chapter = {
  title: 'Web: events',
  cases: [
    {
      name: 'The listeners of events that click(), form methods and the FormData constructor dispatch run in the frame of the call',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await whileInPage(document.createElement('form'), (form) => {
          form.innerHTML = '<input type="checkbox"><input id="text" required><button></button>';
          const seen: string[] = [];
          for (const type of ['click', 'input', 'change', 'submit', 'reset', 'invalid', 'formdata']) {
            form.addEventListener(
              type,
              (event) => {
                if (type === 'submit') event.preventDefault();
                seen.push(`${type} in ${storage.getStore()}`);
              },
              true,
            );
          }
          storage.run('clicker', () => form.querySelector('input')?.click());
          storage.run('checker', () => form.checkValidity());
          storage.run('resetter', () => form.reset());
          storage.run('collector', () => new FormData(form));
          form.noValidate = true;
          storage.run('submitter', () => form.requestSubmit());
          equal(seen, [
            'click in clicker',
            'input in clicker',
            'change in clicker',
            'invalid in checker',
            'reset in resetter',
            'formdata in collector',
            'submit in submitter',
          ]);
        });
      },
    },
    {
      name: 'addEventListener() in a flow keeps the DOM semantics of duplicates, removal, options, this and handleEvent()',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: unknown[] = [];
        await storage.run('flow', async () => {
          const image = new Image();
          const twice = function (this: unknown) {
            seen.push('twice', this === image);
          };
          image.addEventListener('load', twice);
          image.addEventListener('load', twice);
          image.addEventListener('load', twice, { capture: true });
          image.removeEventListener('load', twice, { capture: true });
          const removed = () => seen.push('removed');
          image.addEventListener('load', removed);
          image.removeEventListener('load', removed);
          const object = {
            handleEvent() {
              seen.push('replaced method');
            },
          };
          image.addEventListener('load', object);
          object.handleEvent = function () {
            seen.push('object', this === object);
          };
          // The DOM ignores a null listener, which the types do not allow.
          Reflect.apply(image.addEventListener, image, ['load', null]);
          const controller = new AbortController();
          image.addEventListener('load', removed, { signal: controller.signal });
          controller.abort();
          image.addEventListener('load', () => seen.push('once'), { once: true });
          for (const _ of [1, 2]) {
            const loaded = new Promise((resolve) => {
              image.onload = resolve;
            });
            image.src = '/image.png';
            await loaded;
          }
        });
        equal(seen, ['twice', true, 'object', true, 'once', 'twice', true, 'object', true]);
      },
    },
    {
      name: 'An event handler property set in a flow returns the assigned function, calls it with the element as this and is cleared by null',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          const image = new Image();
          const seen: unknown[] = [];
          const handler = function (this: unknown) {
            seen.push(this === image);
          };
          image.onload = handler;
          equal(image.onload, handler);
          image.src = '/image.png';
          await nextEvent(image, 'load');
          image.onload = null;
          equal(image.onload, null);
          image.src = '/image.png';
          await nextEvent(image, 'load');
          equal(seen, [true]);
        });
      },
    },
    {
      name: 'The error listener for an uncaught exception runs in the root, whichever frame throws',
      needs: ['document', 'reportError'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const listener = (event: Event) => {
          event.preventDefault();
          event.stopImmediatePropagation();
          seen.push(`listener in ${storage.getStore()}`);
        };
        const before = window.onerror;
        window.onerror = (message) => {
          seen.push(`handler of ${typeof message} in ${storage.getStore()}`);
          return true;
        };
        const handler = window.onerror;
        const fail = () => {
          throw new Error('expected');
        };
        try {
          storage.run('reporter', () => {
            reportError(new Error('expected'));
            seen.push(`after reportError in ${storage.getStore()}`);
          });
          window.addEventListener('error', listener);
          window.onerror = null;
          const target = new EventTarget();
          target.addEventListener('event', fail);
          storage.run('dispatcher', () => target.dispatchEvent(new Event('event')));
          storage.run('timer', () => setTimeout(fail, 0));
          await delay(5);
          storage.run('microtask', () => queueMicrotask(fail));
          await delay(5);
        } finally {
          window.removeEventListener('error', listener);
          window.onerror = before;
        }
        equal(typeof handler, 'function');
        equal(seen, [
          'handler of string in undefined',
          'after reportError in reporter',
          'listener in undefined',
          'listener in undefined',
          'listener in undefined',
        ]);
      },
    },
    {
      name: 'The unhandledrejection and rejectionhandled listeners run in the root',
      needs: ['document', 'PromiseRejectionEvent'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const record = (event: Event) => {
          seen.push(`${event.type} in ${storage.getStore()}`);
        };
        for (const type of ['unhandledrejection', 'rejectionhandled']) window.addEventListener(type, record);
        try {
          const rejected = storage.run('rejecter', () => Promise.reject(new Error('expected')));
          await nextEvent(window, 'unhandledrejection');
          // A browser fires rejectionhandled only for a rejection that it has already reported as unhandled.
          await delay();
          storage.run('handler', () => void rejected.catch(() => {}));
          await nextEvent(window, 'rejectionhandled');
        } finally {
          for (const type of ['unhandledrejection', 'rejectionhandled']) window.removeEventListener(type, record);
        }
        equal(seen, ['unhandledrejection in undefined', 'rejectionhandled in undefined']);
      },
    },
    {
      name: 'The message listeners of a MessagePort, a BroadcastChannel and a page run in the root',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const listen = (source: string, target: EventTarget) =>
          new Promise<void>((resolve) => {
            storage.run('listener', () =>
              target.addEventListener(
                'message',
                () => {
                  seen.push(`${source} in ${storage.getStore()}`);
                  resolve();
                },
                { once: true },
              ),
            );
          });
        const { port1, port2 } = storage.run('creator', () => new MessageChannel());
        const overPort = listen('port', port1);
        port1.start();
        storage.run('sender', () => port2.postMessage('text'));
        await overPort;
        port1.close();
        const [sender, receiver] = storage.run('creator', () => [
          new BroadcastChannel('throughline'),
          new BroadcastChannel('throughline'),
        ]);
        if (sender === undefined || receiver === undefined) throw new Error('no channels');
        const overChannel = listen('channel', receiver);
        storage.run('sender', () => sender.postMessage('text'));
        await overChannel;
        sender.close();
        receiver.close();
        const toPage = listen('page', window);
        storage.run('sender', () => window.postMessage('text', '*'));
        await toPage;
        const frame = document.createElement('iframe');
        frame.src = '/frame.html';
        const fromFrame = listen('frame', window);
        await storage.run('inserter', () => whileInPage(frame, () => fromFrame));
        equal(seen, ['port in undefined', 'channel in undefined', 'page in undefined', 'frame in undefined']);
      },
    },
    {
      name: 'The hashchange, popstate and storage listeners of a window run in the root',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const readOn = async (type: string, cause: () => void) => {
          const seen = new Promise((resolve) => {
            window.addEventListener(type, () => resolve(storage.getStore()), { once: true });
          });
          storage.run('flow', cause);
          return seen;
        };
        equal(await readOn('hashchange', () => location.assign('#throughline')), undefined);
        equal(await readOn('popstate', () => history.back()), undefined);
        const frame = document.createElement('iframe');
        frame.src = '/frame.html';
        await whileInPage(frame, async () => {
          await nextEvent(frame, 'load');
          const write = () => frame.contentWindow?.localStorage.setItem('throughline', String(Math.random()));
          equal(await readOn('storage', write), undefined);
          localStorage.removeItem('throughline');
        });
      },
    },
    {
      name: 'The transitionend listener of a transition that a flow starts runs in the root',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await whileInPage(document.createElement('div'), async (box) => {
          box.style.cssText = 'opacity: 1; transition: opacity 1ms';
          equal(getComputedStyle(box).opacity, '1');
          const seen = new Promise((resolve) => {
            box.addEventListener('transitionend', () => resolve(storage.getStore()));
          });
          storage.run('flow', () => {
            box.style.opacity = '0';
          });
          equal(await seen, undefined);
        });
      },
    },
    {
      name: 'The reactions of a custom element run in the frame of the call that triggers them',
      needs: ['document', 'customElements'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const name = `throughline-${Math.random().toString(36).slice(2)}`;
        storage.run('definer', () =>
          customElements.define(
            name,
            class extends HTMLElement {
              static observedAttributes = ['title'];
              constructor() {
                super();
                seen.push(`constructor in ${storage.getStore()}`);
              }
              connectedCallback() {
                seen.push(`connected in ${storage.getStore()}`);
              }
              disconnectedCallback() {
                seen.push(`disconnected in ${storage.getStore()}`);
              }
              attributeChangedCallback() {
                seen.push(`attribute in ${storage.getStore()}`);
              }
            },
          ),
        );
        const element = storage.run('creator', () => document.createElement(name));
        storage.run('setter', () => element.setAttribute('title', 'text'));
        storage.run('inserter', () => document.body.append(element));
        storage.run('remover', () => element.remove());
        equal(seen, [
          'constructor in creator',
          'attribute in setter',
          'connected in inserter',
          'disconnected in remover',
        ]);
      },
    },
    {
      name: 'A module imported by a flow runs in the root, and awaiting the import keeps the frame',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: unknown[] = [];
        Reflect.set(globalThis, 'throughlineImport', () => seen.push(storage.getStore()));
        const address = URL.createObjectURL(new Blob(['throughlineImport()'], { type: 'text/javascript' }));
        await storage.run('importer', async () => {
          await import(/* @vite-ignore */ address);
          seen.push(storage.getStore());
        });
        URL.revokeObjectURL(address);
        Reflect.deleteProperty(globalThis, 'throughlineImport');
        equal(seen, [undefined, 'importer']);
      },
    },
  ],
};
