// expects: lost callback, another, line 23
/** A log writes its lines in order: a class with a private method that calls back after each. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
class Journal {
  #entries = [];
  append(line, callback) {
    if (this.#entries.push({ line, callback }) === 1) this.#write();
  }
  #write() {
    setImmediate(() => {
      const { line, callback } = this.#entries[0];
      callback(null, line.length);
      this.#entries.shift();
      if (this.#entries.length > 0) this.#write();
    });
  }
}
const journal = new Journal();
const append = (line) =>
  new Promise((resolve) => journal.append(line, (_, length) => resolve({ length, by: requests.getStore()?.id })));
await interleave(requests, async (id) => {
  const { length } = await append(`line of ${id}`);
  if (length === 0) throw new Error('empty');
});
