import { equal } from '../../assert.js';
import type { Chapter } from '../../case.js';
import { runInFlowOrRoot } from '../../concurrent-flows.js';
import { delay, nextEvent } from './dom.js';
import { assertTaskKeepsFrame } from './task-events.js';

export const taskObjects: Chapter = {
  title: 'Web: requests, connections and other tasks',
  cases: [
    {
      name: 'The listeners of an XMLHttpRequest and of its upload run in the frame of the send() call',
      needs: ['document', 'XMLHttpRequest'],
      async run(implementation) {
        const create = (send: (request: XMLHttpRequest) => void) => () => {
          const target = new XMLHttpRequest();
          target.open('POST', '/text.txt?after=1');
          return { target, start: () => send(target) };
        };
        await assertTaskKeepsFrame(
          implementation,
          create((request) => request.send('text')),
          ['loadstart', 'readystatechange', 'progress', 'load', 'loadend'],
        );
        await assertTaskKeepsFrame(implementation, () => {
          const request = new XMLHttpRequest();
          request.open('POST', '/text.txt?after=1');
          return { target: request.upload, start: () => request.send('text') };
        }, ['loadstart', 'load', 'loadend']);
      },
    },
    {
      name: 'The listeners of an XMLHttpRequest that fails or times out run in the frame of the send() call',
      needs: ['document', 'XMLHttpRequest'],
      async run(implementation) {
        await assertTaskKeepsFrame(implementation, () => {
          const target = new XMLHttpRequest();
          target.open('GET', 'http://127.0.0.1:1/');
          return { target, start: () => target.send() };
        }, ['readystatechange', 'error', 'loadend']);
        await assertTaskKeepsFrame(implementation, () => {
          const target = new XMLHttpRequest();
          target.open('GET', '/text.txt?after=2000');
          target.timeout = 1;
          return { target, start: () => target.send() };
        }, ['readystatechange', 'timeout', 'loadend']);
      },
    },
    {
      name: 'The abort and loadend listeners of an aborted XMLHttpRequest run in the frame of the abort() call',
      needs: ['document', 'XMLHttpRequest'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const send = () => {
          const request = new XMLHttpRequest();
          request.open('GET', '/text.txt?after=2000');
          request.send();
          for (const type of ['abort', 'loadend']) request.addEventListener(type, () => seen.push(storage.getStore()));
          return request;
        };
        const [first, second, third] = [storage.run('sender', send), storage.run('sender', send), send()];
        storage.run('aborter', () => first.abort());
        second.abort();
        storage.run('other', () => third.abort());
        equal(seen, ['aborter', 'aborter', undefined, undefined, 'other', 'other']);
      },
    },
    {
      name: 'The listeners of a reused XMLHttpRequest run in the frame of its latest use',
      needs: ['document', 'XMLHttpRequest'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const request = storage.run('creator', () => new XMLHttpRequest());
        const seen: (string | undefined)[] = [];
        request.onreadystatechange = () => seen.push(storage.getStore());
        request.addEventListener('load', () => seen.push(storage.getStore()));
        const use = async () => {
          request.open('GET', '/text.txt');
          request.send();
          await nextEvent(request, 'loadend');
          return new Set(seen.splice(0));
        };
        equal([...(await storage.run('first', use))], ['first']);
        equal([...(await use())], [undefined]);
        equal([...(await storage.run('second', use))], ['second']);
      },
    },
    {
      name: 'The listeners of an XMLHttpRequest opened in a flow and sent in the root run in the root',
      needs: ['document', 'XMLHttpRequest'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const request = new XMLHttpRequest();
        storage.run('opener', () => request.open('GET', '/text.txt'));
        const seen = new Promise((resolve) => {
          request.onload = () => resolve(storage.getStore());
        });
        request.send();
        equal(await seen, undefined);
      },
    },
    {
      name: 'The listeners of events that a program dispatches on an XMLHttpRequest run in the frame of the dispatchEvent() call',
      needs: ['document', 'XMLHttpRequest'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const request = new XMLHttpRequest();
        request.open('GET', '/text.txt?after=1');
        const seen: (string | undefined)[] = [];
        request.addEventListener('load', () => seen.push(storage.getStore()));
        storage.run('sender', () => request.send());
        storage.run('dispatcher', () => request.dispatchEvent(new Event('load')));
        request.dispatchEvent(new Event('load'));
        await nextEvent(request, 'loadend');
        equal(seen, ['dispatcher', undefined, 'sender']);
      },
    },
    {
      name: 'Awaiting fetch() in a page and the body of its response keeps the frame',
      needs: ['document', 'fetch'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const fetchAndRead = async () => {
          const response = await fetch('/text.txt?after=1');
          seen.push(storage.getStore());
          await response.text();
          seen.push(storage.getStore());
          await fetch('/text.txt').then((again) => again.arrayBuffer().then(() => seen.push(storage.getStore())));
          await fetch('http://127.0.0.1:1/').catch(() => seen.push(storage.getStore()));
        };
        await storage.run('flow', fetchAndRead);
        equal(seen, ['flow', 'flow', 'flow', 'flow']);
      },
    },
    {
      name: 'The listeners of a FileReader run in the frame of the call that reads',
      needs: ['FileReader'],
      run: (implementation) =>
        assertTaskKeepsFrame(implementation, () => {
          const target = new FileReader();
          return { target, start: () => target.readAsText(new Blob(['text'])) };
        }, ['loadstart', 'progress', 'load', 'loadend']),
    },
    {
      name: 'The listeners of a FileReader that reads again in its load listener run in the frame of the second call',
      needs: ['FileReader'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const reader = new FileReader();
        const seen: (string | undefined)[] = [];
        await new Promise<void>((resolve) => {
          reader.onload = () => {
            seen.push(storage.getStore());
            if (seen.length === 3) return resolve();
            const again = () => reader.readAsText(new Blob(['again']));
            if (seen.length === 1) storage.run('second', again);
            else storage.exit(again);
          };
          storage.run('first', () => reader.readAsText(new Blob(['text'])));
        });
        equal(seen, ['first', 'second', undefined]);
      },
    },
    {
      name: 'The listeners of IndexedDB open requests, requests and transactions run in the frames of their calls',
      needs: ['indexedDB'],
      async run(implementation) {
        let count = 0;
        const open = () => indexedDB.open(`throughline ${++count}`);
        const storage = new implementation.AsyncLocalStorage<string>();
        const seen: string[] = [];
        const record = (label: string) => () => seen.push(`${label} in ${storage.getStore()}`);
        const request = storage.run('opener', open);
        request.onupgradeneeded = () => {
          record('upgradeneeded')();
          const store = request.result.createObjectStore('store');
          store.transaction.oncomplete = record('upgraded');
        };
        request.addEventListener('success', record('open'));
        await nextEvent(request, 'success');
        const database = request.result;
        database.onerror = record('bubbled');
        const transaction = storage.run('transaction', () => database.transaction('store', 'readwrite'));
        transaction.oncomplete = record('complete');
        const store = transaction.objectStore('store');
        const put = storage.run('put', () => store.put('value', 'key'));
        put.onsuccess = record('put');
        const get = store.get('key');
        get.onsuccess = record('get');
        const failing = storage.run('add', () => store.add('value', 'key'));
        failing.onerror = (event) => {
          event.preventDefault();
          record('error')();
        };
        await nextEvent(transaction, 'complete');
        database.close();
        const deletion = storage.run('deleter', () => indexedDB.deleteDatabase(database.name));
        deletion.onsuccess = record('deleted');
        await nextEvent(deletion, 'success');
        equal(seen, [
          'upgradeneeded in opener',
          'upgraded in opener',
          'open in opener',
          'put in put',
          'get in undefined',
          'error in add',
          'bubbled in add',
          'complete in transaction',
          'deleted in deleter',
        ]);
      },
    },
    {
      name: 'The listener of a cursor runs in the frame of the call that moves it, and an abort listener in that of transaction()',
      needs: ['indexedDB'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await withStore('throughline cursor', async (database) => {
          const transaction = storage.run('transaction', () => database.transaction('store', 'readwrite'));
          const store = transaction.objectStore('store');
          for (const key of [1, 2, 3]) store.put('value', key);
          const cursors = storage.run('cursor', () => store.openCursor());
          const seen: (string | undefined)[] = [];
          await new Promise<void>((resolve) => {
            cursors.onsuccess = () => {
              seen.push(storage.getStore());
              const cursor = cursors.result;
              if (cursor === null) resolve();
              else if (seen.length === 1) storage.run('continue', () => cursor.continue());
              else if (seen.length === 2) storage.run('advance', () => cursor.advance(1));
              else storage.exit(() => cursor.continue());
            };
          });
          transaction.onabort = () => seen.push(storage.getStore());
          storage.run('aborter', () => transaction.abort());
          await nextEvent(transaction, 'abort');
          equal(seen, ['cursor', 'continue', 'advance', undefined, 'transaction']);
        });
      },
    },
    {
      name: 'The versionchange listener of a database runs in the root, and the blocked listener in the frame of the open() call',
      needs: ['indexedDB'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await withStore('throughline versions', async (database) => {
          const seen: string[] = [];
          const request = storage.run('opener', () => {
            database.onversionchange = () => seen.push(`versionchange in ${storage.getStore()}`);
            return indexedDB.open(database.name, 2);
          });
          request.onblocked = () => {
            seen.push(`blocked in ${storage.getStore()}`);
            database.close();
          };
          await nextEvent(request, 'success');
          request.result.close();
          equal(seen, ['versionchange in undefined', 'blocked in opener']);
        });
      },
    },
    {
      name: 'The open and error listeners of an EventSource run in the frame of the constructor call, and its message listeners in the root',
      needs: ['document', 'EventSource'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const listen = async (value: string | undefined) => {
          const create = () => new EventSource('/events');
          const source = runInFlowOrRoot(storage, value, create);
          const seen: string[] = [];
          try {
            await new Promise<void>((resolve) => {
              for (const type of ['open', 'message', 'tick']) {
                source.addEventListener(type, () => {
                  seen.push(`${type} in ${storage.getStore()}`);
                  if (type === 'tick') resolve();
                });
              }
            });
          } finally {
            source.close();
          }
          equal(seen, [`open in ${value}`, 'message in undefined', 'tick in undefined']);
          const fail = () => new EventSource('/missing');
          const failing = runInFlowOrRoot(storage, value, fail);
          equal(
            await new Promise((resolve) => {
              failing.onerror = () => resolve(storage.getStore());
            }),
            value,
          );
        };
        await Promise.all(['a', undefined, 'b'].map(listen));
      },
    },
    {
      name: 'The open, error and close listeners of a WebSocket run in the frame of the constructor call, and its message listener in the root',
      needs: ['document', 'WebSocket'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const talk = async (value: string | undefined) => {
          const create = () => new WebSocket(`ws://${location.host}/socket`);
          const socket = runInFlowOrRoot(storage, value, create);
          const seen: string[] = [];
          const record = (event: Event) => seen.push(`${event.type} in ${storage.getStore()}`);
          socket.onopen = record;
          socket.onmessage = record;
          socket.onclose = record;
          await nextEvent(socket, 'message');
          storage.run('closer', () => socket.close());
          await nextEvent(socket, 'close');
          equal(seen, [`open in ${value}`, 'message in undefined', `close in ${value}`]);
          const fail = () => new WebSocket(`ws://${location.host}/missing`);
          const failing = runInFlowOrRoot(storage, value, fail);
          failing.onerror = record;
          failing.onclose = record;
          await nextEvent(failing, 'close');
          equal(seen.slice(3), [`error in ${value}`, `close in ${value}`]);
        };
        await Promise.all(['a', undefined, 'b'].map(talk));
      },
    },
    {
      name: 'The error listener of a Worker that cannot be loaded runs in the frame of the constructor call',
      needs: ['document', 'Worker'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = ['a', undefined, 'b'].map((value) => {
          const create = () => new Worker('/missing');
          const worker = runInFlowOrRoot(storage, value, create);
          return new Promise((resolve) => {
            worker.onerror = () => resolve(storage.getStore());
          });
        });
        equal(await Promise.all(seen), ['a', undefined, 'b']);
      },
    },
    {
      name: 'The message listener of a Worker and the listener of its uncaught errors run in the root',
      needs: ['document', 'Worker'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const worker = storage.run('creator', () => new Worker('/worker.js'));
        try {
          worker.onmessage = () => seen.push(`message in ${storage.getStore()}`);
          const failed = new Promise<void>((resolve) => {
            worker.onerror = (event) => {
              event.preventDefault();
              seen.push(`error in ${storage.getStore()}`);
              resolve();
            };
          });
          storage.run('sender', () => worker.postMessage('throw'));
          await failed;
        } finally {
          worker.terminate();
        }
        equal(seen, ['message in undefined', 'error in undefined']);
      },
    },
    {
      name: 'The listener of an AbortSignal.any() signal aborted by a timeout runs in the root or in the frame of the timeout',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const timeout = storage.run('timeout', () => AbortSignal.timeout(1));
        const any = storage.run('any', () => AbortSignal.any([timeout, new AbortController().signal]));
        const seen = await new Promise((resolve) => {
          storage.run('listener', () => any.addEventListener('abort', () => resolve(storage.getStore())));
        });
        if (seen !== undefined) equal(seen, 'timeout');
      },
    },
    {
      name: 'The error listener of a refused Notification runs in the frame of the constructor call',
      needs: ['document', 'Notification'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = ['a', undefined, 'b'].map((value) => {
          const create = () => new Notification('Throughline');
          const notification = runInFlowOrRoot(storage, value, create);
          return new Promise((resolve) => {
            notification.onerror = () => resolve(storage.getStore());
            notification.onshow = () => {
              notification.close();
              resolve(storage.getStore());
            };
          });
        });
        equal(await Promise.all(seen), ['a', undefined, 'b']);
      },
    },
    {
      name: 'Objects whose task has ended hold no value of the flow that started it, even without listeners',
      needs: ['document', 'gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const image = new Image();
        const request = new XMLHttpRequest();
        const reader = new FileReader();
        const details = document.createElement('details');
        document.body.append(details);
        const begin = () => {
          const value = {};
          storage.run(value, () => {
            image.src = '/image.png';
            request.open('GET', '/text.txt');
            request.send();
            reader.readAsText(new Blob(['text']));
            details.open = true;
          });
          return new WeakRef(value);
        };
        const value = begin();
        while (value.deref() !== undefined) {
          await delay(1);
          globalThis.gc?.();
        }
        details.remove();
        equal([image.complete, request.readyState, reader.readyState], [true, 4, 2]);
      },
    },
    {
      name: 'The finish listener of an Animation runs in the frame of the animate() call',
      needs: ['document', 'Animation'],
      async run(implementation) {
        const storage = new implementation.AsyncLocalStorage<string>();
        const animate = () => document.body.animate([{ opacity: 1 }, { opacity: 1 }], 1);
        const seen = await Promise.all(
          ['a', undefined, 'b'].map((value) => {
            const animation = runInFlowOrRoot(storage, value, animate);
            return new Promise((resolve) => {
              animation.onfinish = () => resolve(storage.getStore());
            });
          }),
        );
        equal(seen, ['a', undefined, 'b']);
      },
    },
    {
      name: 'The cancel listener of an Animation runs in the root',
      needs: ['document', 'Animation'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const animation = storage.run('creator', () => document.body.animate([{ opacity: 1 }, { opacity: 1 }], 10_000));
        animation.finished.catch(() => {});
        const seen = new Promise((resolve) => {
          animation.oncancel = () => resolve(storage.getStore());
        });
        storage.run('canceler', () => animation.cancel());
        equal(await seen, undefined);
      },
    },
  ],
};

/** Calls `step` with a database that has one empty store, and deletes the database afterwards. */
async function withStore(name: string, step: (database: IDBDatabase) => Promise<void>): Promise<void> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => request.result.createObjectStore('store');
  await nextEvent(request, 'success');
  try {
    await step(request.result);
  } finally {
    request.result.close();
    await nextEvent(indexedDB.deleteDatabase(name), 'success');
  }
}
