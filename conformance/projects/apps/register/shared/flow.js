/**
 * What every application does for a request: it reads its own storage, what the framework keeps for the request, and what
 * the agent keeps for it, after every kind of step. Each reading must be that of the request.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs';
import http from 'node:http';
import { Readable } from 'node:stream';
import { gzip } from 'node:zlib';

const storage = new AsyncLocalStorage();

/** What stands in place of Node's class, if `throughline/register` has been loaded. All of its copies agree on this name. */
const replacement = AsyncLocalStorage[Symbol.for('throughline.replacement.1')];

/** Runs the code of a request. `id` is the one that the request has sent. */
export const runWith = (id, handle, ...args) => {
  globalThis.agent?.setId?.(id);
  return storage.run(id, handle, ...args);
};

/** Sets the id for the rest of a request, for frameworks whose middleware does not call the next one. */
export const enterWith = (id) => {
  globalThis.agent?.setId?.(id);
  storage.enterWith(id);
};

/** The host of the test, which holds a request until all others have sent theirs, and then responds in reverse order. */
const heldUrl = (step, part, id) => `${process.env.HELD_ORIGIN}/held/${step}/${part}/${id}`;

const textOf = (url) =>
  new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });

async function* count() {
  for (let i = 0; i < 2; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield i;
  }
}

/** What a reading is for: the test finds it in any text, HTML with escaped quotes included. */
const format = (part, readings) => {
  const native = replacement?.report().native;
  const report = { part, readings, isRegistered: replacement !== undefined, native };
  return `[[${Buffer.from(JSON.stringify(report)).toString('base64url')}]]`;
};

/**
 * Reads after every kind of step.
 * @param {string} part which code of the application it is
 * @param {string} id the id of the request
 * @param {() => unknown} readFramework returns the id, or a promise of it, from what the framework keeps for the request
 * @returns {Promise<string>} the readings, for the test
 */
export async function readFlow(part, id, readFramework = () => id) {
  const readings = [];
  const read = async (step) => {
    const reading = {
      step,
      own: storage.getStore(),
      agent: globalThis.agent?.readId?.(),
      trace: globalThis.agent?.readTrace(),
    };
    readings.push(reading);
    reading.framework = await readFramework();
  };
  const readLater = async (step) => {
    await null;
    await read(step);
  };
  const callback = (step, start) => new Promise((resolve) => start(() => resolve(read(step))));
  await read('start');
  await fetch(heldUrl('fetch', part, id));
  await read('fetch');
  await textOf(heldUrl('get', part, id));
  await read('http.get');
  await callback('setTimeout', (done) => setTimeout(done, 1));
  await callback('setImmediate', setImmediate);
  await callback('nextTick', process.nextTick);
  await callback('queueMicrotask', queueMicrotask);
  await callback('readFile', (done) => readFile('package.json', done));
  await callback('randomBytes', (done) => randomBytes(16, done));
  await callback('gzip', (done) => gzip(createHash('sha256').update(id).digest(), done));
  await callback('stream', (done) => Readable.from(['a']).on('data', done));
  await callback('emitter', (done) => {
    const emitter = new EventEmitter().once('event', done);
    setImmediate(() => emitter.emit('event'));
  });
  for await (const i of count()) await read(`generator ${i}`);
  await Promise.all([readLater('all 1'), readLater('all 2')]);
  await Promise.reject(new Error('expected')).catch(() => read('catch'));
  return format(part, readings);
}

/** Reads once, for code that must not wait. */
export function readOnce(part) {
  return format(part, [{ step: 'start', own: storage.getStore() }]);
}
