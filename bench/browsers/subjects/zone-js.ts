/** zone.js, which has zones in place of storages: a storage's value is a property of a zone that is forked for each run(). */
import 'zone.js';
import type { Storage, Subject } from '../../suite/subject.js';

let made = 0;

class ZoneStorage implements Storage {
  readonly #key = `storage ${made++}`;

  run<R>(value: object, fn: () => R): R {
    return Zone.current.fork({ name: this.#key, properties: { [this.#key]: value } }).run(fn);
  }

  getStore(): unknown {
    return Zone.current.get(this.#key);
  }
}

export const subject: Subject = { tracks: true, makeStorage: () => new ZoneStorage() };
