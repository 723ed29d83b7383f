/// <reference lib="dom" />
/**
 * A few calls of each family of APIs, in two flows at the same time. They are checked in pages and in workers, which
 * have no document. Other libraries may have patched the platform as well.
 */
import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage<string>();

/** Resolves to the value that the callback of an API reads. */
type Check = (value: string) => Promise<unknown>;

const checks: Readonly<Record<string, Check>> = {
  reaction: () => Promise.resolve().then(() => storage.getStore()),
  setTimeout: () => new Promise((resolve) => setTimeout(() => resolve(storage.getStore()), 1)),
  queueMicrotask: () => new Promise((resolve) => queueMicrotask(() => resolve(storage.getStore()))),
  dispatchEvent: async () => {
    const target = new EventTarget();
    const values: unknown[] = [];
    const listener = () => values.push(storage.getStore());
    target.addEventListener('load', listener);
    target.addEventListener('load', listener);
    target.addEventListener('load', { handleEvent: listener });
    target.dispatchEvent(new Event('load'));
    target.removeEventListener('load', listener);
    target.dispatchEvent(new Event('load'));
    return values.length === 3 ? values[0] : `${values.length} calls`;
  },
  fetch: () => fetch('/text.txt').then(() => storage.getStore()),
};

/** Checks of APIs that a worker may not have, by the name of the API. */
const optionalChecks: Readonly<Record<string, Check>> = {
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
  indexedDB: (value) =>
    new Promise((resolve) => {
      const request = indexedDB.open(`lost flows ${value}`);
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

/** Runs all checks. Resolves to a message for each callback that read a value other than that of its flow. */
export async function findLostFlows(): Promise<string[]> {
  const available = { ...checks };
  for (const [name, check] of Object.entries(optionalChecks)) if (name in globalThis) available[name] = check;
  const lost: string[] = [];
  await Promise.all(
    Object.entries(available).flatMap(([name, check]) =>
      ['a', 'b'].map((value) =>
        storage.run(value, () =>
          check(value).then(
            (actual) => {
              if (actual !== value) lost.push(`${name}: expected ${value}, got ${actual}`);
            },
            (error) => {
              lost.push(`${name}: ${error}`);
            },
          ),
        ),
      ),
    ),
  );
  return lost;
}
