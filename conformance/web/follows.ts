/// <reference lib="dom" />
/**
 * What must work in a page or a worker whoever else has patched it: a few calls of each family, in two flows. It runs
 * where there may be no document.
 */
import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage<string>();

type Check = (own: string) => Promise<unknown>;

const checks: Readonly<Record<string, Check>> = {
  reaction: () => Promise.resolve().then(() => storage.getStore()),
  setTimeout: () => new Promise((resolve) => setTimeout(() => resolve(storage.getStore()), 1)),
  queueMicrotask: () => new Promise((resolve) => queueMicrotask(() => resolve(storage.getStore()))),
  dispatchEvent: async () => {
    const target = new EventTarget();
    const seen: unknown[] = [];
    const listener = () => seen.push(storage.getStore());
    target.addEventListener('load', listener);
    target.addEventListener('load', listener);
    target.addEventListener('load', { handleEvent: listener });
    target.dispatchEvent(new Event('load'));
    target.removeEventListener('load', listener);
    target.dispatchEvent(new Event('load'));
    return seen.length === 3 ? seen[0] : `${seen.length} calls`;
  },
  fetch: () => fetch('/text.txt').then(() => storage.getStore()),
};

const whereItIs: Readonly<Record<string, Check>> = {
  FileReader: () =>
    new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(storage.getStore());
      reader.readAsText(new Blob(['text']));
    }),
  XMLHttpRequest: () =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', '/text.txt');
      request.addEventListener('load', () => resolve(storage.getStore()));
      request.send();
    }),
  WebSocket: () =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${location.host}/socket`);
      socket.onopen = () => {
        socket.close();
        resolve(storage.getStore());
      };
    }),
  indexedDB: (own) =>
    new Promise((resolve) => {
      const request = indexedDB.open(`follows ${own}`);
      request.onsuccess = () => {
        request.result.close();
        resolve(storage.getStore());
      };
    }),
  Image: () =>
    new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(storage.getStore());
      image.src = '/image.png';
    }),
};

/** @returns what went wrong, in words */
export async function follows(): Promise<string[]> {
  const all = { ...checks };
  for (const [name, check] of Object.entries(whereItIs)) if (name in globalThis) all[name] = check;
  const wrong: string[] = [];
  await Promise.all(
    Object.entries(all).flatMap(([name, check]) =>
      ['a', 'b'].map((own) =>
        storage.run(own, () =>
          check(own).then(
            (seen) => {
              if (seen !== own) wrong.push(`${name}: expected ${own}, got ${seen}`);
            },
            (error) => {
              wrong.push(`${name}: ${error}`);
            },
          ),
        ),
      ),
    ),
  );
  return wrong;
}
