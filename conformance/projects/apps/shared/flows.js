/**
 * The program of every application, in the page and on the server: flows that overlap. Each reads two storages after every
 * kind of step, its own and one of a library that was written for Node. Every reading must be the name of the flow.
 */
import { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import { AsyncLocalStorage } from 'throughline';

/** The test changes this number while the development server runs. */
export const VERSION = 1;

const storage = new AsyncLocalStorage();
const nodeStorage = new NodeAsyncLocalStorage();

function currentName() {
  const names = [storage.getStore(), nodeStorage.getStore()];
  return names[0] === names[1] ? names[0] : names.join(' and ');
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function* readInGenerator() {
  for (let count = 0; count < 2; count++) {
    await pause(1);
    yield currentName();
  }
}

/**
 * Runs a flow whose name no other flow has.
 * @param {string} prefix the beginning of its name
 * @param {(read: (step: string) => void) => unknown} callServer what the component itself does in the flow
 * @returns {Promise<string>} the version, the name and the readings: `1 page1: await page1, timer page1, …`
 */
export function flow(prefix, callServer = () => {}) {
  // A development server evaluates this module again after an edit.
  globalThis.startedFlows = (globalThis.startedFlows ?? 0) + 1;
  const name = `${prefix}${globalThis.startedFlows}`;
  return storage.run(name, () => nodeStorage.run(name, run));

  async function run() {
    const readings = [];
    const read = (step, value = currentName()) => readings.push(`${step} ${value}`);
    await undefined;
    read('await');
    await pause(5);
    read('timer');
    await new Promise((resolve) => {
      setTimeout(() => {
        read('callback');
        resolve();
      });
    });
    read('promise');
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: the flow awaits a thenable
      then(resolve) {
        read('then');
        resolve();
      },
    };
    await thenable;
    read('thenable');
    for await (const value of readInGenerator()) {
      read('generator', value);
      read('loop');
    }
    try {
      await Promise.reject(new Error('expected'));
    } catch {
      read('catch');
    }
    await callServer(read);
    read('end');
    return `${VERSION} ${name}: ${readings.join(', ')}`;
  }
}
