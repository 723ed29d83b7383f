import type { Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { eachTask, later, told } from './tasks.js';

export const requests: Chapter = {
  title: 'Web: requests',
  cases: [
    {
      name: 'the events of an XMLHttpRequest and of its upload come in the frame of send()',
      needs: ['document', 'XMLHttpRequest'],
      async run(implementation) {
        const make = (send: (request: XMLHttpRequest) => void) => () => {
          const target = new XMLHttpRequest();
          target.open('POST', '/text.txt?after=1');
          return { target, start: () => send(target) };
        };
        await eachTask(
          implementation,
          make((request) => request.send('text')),
          ['loadstart', 'readystatechange', 'progress', 'load', 'loadend'],
        );
        await eachTask(implementation, () => {
          const request = new XMLHttpRequest();
          request.open('POST', '/text.txt?after=1');
          return { target: request.upload, start: () => request.send('text') };
        }, ['loadstart', 'load', 'loadend']);
      },
    },
    {
      name: 'an XMLHttpRequest that fails, or takes too long, tells so in the frame of send()',
      needs: ['document', 'XMLHttpRequest'],
      async run(implementation) {
        await eachTask(implementation, () => {
          const target = new XMLHttpRequest();
          target.open('GET', 'http://127.0.0.1:1/');
          return { target, start: () => target.send() };
        }, ['readystatechange', 'error', 'loadend']);
        await eachTask(implementation, () => {
          const target = new XMLHttpRequest();
          target.open('GET', '/text.txt?after=2000');
          target.timeout = 1;
          return { target, start: () => target.send() };
        }, ['readystatechange', 'timeout', 'loadend']);
      },
    },
    {
      name: 'the events of abort() come in the frame of its caller, also where a flow has sent the request and no flow aborts it',
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
      name: 'an XMLHttpRequest that is used again, by another flow and by none, tells of each use in its own frame',
      needs: ['document', 'XMLHttpRequest'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const request = storage.run('maker', () => new XMLHttpRequest());
        const seen: (string | undefined)[] = [];
        request.onreadystatechange = () => seen.push(storage.getStore());
        request.addEventListener('load', () => seen.push(storage.getStore()));
        const use = async () => {
          request.open('GET', '/text.txt');
          request.send();
          await told(request, 'loadend');
          return new Set(seen.splice(0));
        };
        equal([...(await storage.run('first', use))], ['first']);
        equal([...(await use())], [undefined]);
        equal([...(await storage.run('second', use))], ['second']);
      },
    },
    {
      name: 'a request that a flow has opened and no flow sends tells of itself at the root',
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
      name: 'events that a program dispatches at an XMLHttpRequest come in the frame of dispatchEvent()',
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
        await told(request, 'loadend');
        equal(seen, ['dispatcher', undefined, 'sender']);
      },
    },
    {
      name: 'fetch, and reading its answer, leave the flow its frame',
      needs: ['document', 'fetch'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const ask = async () => {
          const response = await fetch('/text.txt?after=1');
          seen.push(storage.getStore());
          await response.text();
          seen.push(storage.getStore());
          await fetch('/text.txt').then((again) => again.arrayBuffer().then(() => seen.push(storage.getStore())));
          await fetch('http://127.0.0.1:1/').catch(() => seen.push(storage.getStore()));
        };
        await storage.run('flow', ask);
        equal(seen, ['flow', 'flow', 'flow', 'flow']);
      },
    },
    {
      name: 'the events of a FileReader come in the frame of the call that reads',
      needs: ['FileReader'],
      run: (implementation) =>
        eachTask(implementation, () => {
          const target = new FileReader();
          return { target, start: () => target.readAsText(new Blob(['text'])) };
        }, ['loadstart', 'progress', 'load', 'loadend']),
    },
    {
      name: 'a FileReader that reads again in its own listener tells of it in the frame of that call',
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
      name: 'the events of opening a database, of its requests and of its transactions come in the frame of each call',
      needs: ['indexedDB'],
      async run(implementation) {
        let count = 0;
        const open = () => indexedDB.open(`throughline ${++count}`);
        const storage = new implementation.AsyncLocalStorage<string>();
        const seen: string[] = [];
        const note = (what: string) => () => seen.push(`${what} in ${storage.getStore()}`);
        const request = storage.run('opener', open);
        request.onupgradeneeded = () => {
          note('upgradeneeded')();
          const store = request.result.createObjectStore('store');
          store.transaction.oncomplete = note('upgraded');
        };
        request.addEventListener('success', note('open'));
        await told(request, 'success');
        const database = request.result;
        database.onerror = note('bubbled');
        const transaction = storage.run('transaction', () => database.transaction('store', 'readwrite'));
        transaction.oncomplete = note('complete');
        const store = transaction.objectStore('store');
        const put = storage.run('put', () => store.put('value', 'key'));
        put.onsuccess = note('put');
        const get = store.get('key');
        get.onsuccess = note('get');
        const failing = storage.run('add', () => store.add('value', 'key'));
        failing.onerror = (event) => {
          event.preventDefault();
          note('error')();
        };
        await told(transaction, 'complete');
        database.close();
        const deletion = storage.run('deleter', () => indexedDB.deleteDatabase(database.name));
        deletion.onsuccess = note('deleted');
        await told(deletion, 'success');
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
      name: 'a cursor tells of each step in the frame of the call that made it, and an aborted transaction in its own',
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
          await told(transaction, 'abort');
          equal(seen, ['cursor', 'continue', 'advance', undefined, 'transaction']);
        });
      },
    },
    {
      name: 'versionchange, which another connection causes, comes at the root, and blocked in the frame of the call',
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
          await told(request, 'success');
          request.result.close();
          equal(seen, ['versionchange in undefined', 'blocked in opener']);
        });
      },
    },
    {
      name: 'an EventSource opens and fails in the frame in which it was made, and its messages come at the root',
      needs: ['document', 'EventSource'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const listen = async (own: string | undefined) => {
          const make = () => new EventSource('/events');
          const source = own === undefined ? make() : storage.run(own, make);
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
          equal(seen, [`open in ${own}`, 'message in undefined', 'tick in undefined']);
          const fail = () => new EventSource('/missing');
          const failing = own === undefined ? fail() : storage.run(own, fail);
          equal(
            await new Promise((resolve) => {
              failing.onerror = () => resolve(storage.getStore());
            }),
            own,
          );
        };
        await Promise.all(['a', undefined, 'b'].map(listen));
      },
    },
    {
      name: 'a WebSocket opens, fails and closes in the frame in which it was made, and its messages come at the root',
      needs: ['document', 'WebSocket'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const talk = async (own: string | undefined) => {
          const make = () => new WebSocket('/socket'.replace(/^/, location.origin.replace('http', 'ws')));
          const socket = own === undefined ? make() : storage.run(own, make);
          const seen: string[] = [];
          const note = (event: Event) => seen.push(`${event.type} in ${storage.getStore()}`);
          socket.onopen = note;
          socket.onmessage = note;
          socket.onclose = note;
          await told(socket, 'message');
          storage.run('closer', () => socket.close());
          await told(socket, 'close');
          equal(seen, [`open in ${own}`, 'message in undefined', `close in ${own}`]);
          const fail = () => new WebSocket(`ws://${location.host}/missing`);
          const failing = own === undefined ? fail() : storage.run(own, fail);
          failing.onerror = note;
          failing.onclose = note;
          await told(failing, 'close');
          equal(seen.slice(3), [`error in ${own}`, `close in ${own}`]);
        };
        await Promise.all(['a', undefined, 'b'].map(talk));
      },
    },
    {
      name: 'a Worker that cannot be loaded tells so in the frame in which it was made',
      needs: ['document', 'Worker'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = ['a', undefined, 'b'].map((own) => {
          const make = () => new Worker('/missing');
          const worker = own === undefined ? make() : storage.run(own, make);
          return new Promise((resolve) => {
            worker.onerror = () => resolve(storage.getStore());
          });
        });
        equal(await Promise.all(seen), ['a', undefined, 'b']);
      },
    },
    {
      name: 'what a Worker sends, and the errors that it does not catch, come at the root',
      needs: ['document', 'Worker'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const worker = storage.run('maker', () => new Worker('/worker.js'));
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
      name: 'a signal of AbortSignal.any is aborted by a timeout at the root or in the timeout’s frame, and never in another',
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
      name: 'a notification that is refused tells so in the frame in which it was made',
      needs: ['document', 'Notification'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = ['a', undefined, 'b'].map((own) => {
          const make = () => new Notification('Throughline');
          const notification = own === undefined ? make() : storage.run(own, make);
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
      name: 'objects that are done with their task hold no value of the flow that began it, though nobody has listened',
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
          await later(1);
          globalThis.gc?.();
        }
        details.remove();
        equal([image.complete, request.readyState, reader.readyState], [true, 4, 2]);
      },
    },
    {
      name: 'an animation finishes in the frame of the call that began it',
      needs: ['document', 'Animation'],
      async run(implementation) {
        const storage = new implementation.AsyncLocalStorage<string>();
        const animate = () => document.body.animate([{ opacity: 1 }, { opacity: 1 }], 1);
        const seen = await Promise.all(
          ['a', undefined, 'b'].map((own) => {
            const animation = own === undefined ? animate() : storage.run(own, animate);
            return new Promise((resolve) => {
              animation.onfinish = () => resolve(storage.getStore());
            });
          }),
        );
        equal(seen, ['a', undefined, 'b']);
      },
    },
  ],
};

/** A database with one empty store, gone at the end. */
async function withStore(name: string, step: (database: IDBDatabase) => Promise<void>): Promise<void> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => request.result.createObjectStore('store');
  await told(request, 'success');
  try {
    await step(request.result);
  } finally {
    request.result.close();
    await told(indexedDB.deleteDatabase(name), 'success');
  }
}
