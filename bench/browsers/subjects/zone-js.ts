/**
 * zone.js. It has zones instead of storages: each `run` forks a zone, and the value is a property of that zone. The
 * patches must come before all other code, so zone.js is imported first.
 */
import 'zone.js';
import type { Storage, Subject } from '../../suite/subject.js';

let storageCount = 0;

class ZoneStorage implements Storage {
  readonly #key = `storage ${storageCount++}`;

  run<R>(value: object, fn: () => R): R {
    return Zone.current.fork({ name: this.#key, properties: { [this.#key]: value } }).run(fn);
  }

  getStore(): unknown {
    return Zone.current.get(this.#key);
  }
}

export const subject: Subject = { isTracking: true, makeStorage: () => new ZoneStorage() };
