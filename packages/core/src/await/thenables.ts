/**
 * Objects on their way through the engine. It calls the `then` of a thenable in a job of its own, at the root; so what is
 * handed to it in place of a thenable is an object whose `then` calls the thenable's, in the frame of the handing on.
 */
import { current } from '../engine/current.js';
import { NativePromise } from '../engine/jobs.js';
import type { Frame } from '../frame.js';
import { isObject } from '../is-object.js';

type Settle = (value: unknown) => void;
type Then = (this: unknown, resolve: Settle, reject: Settle) => unknown;

/** Whether an await was ever fulfilled with a Handed itself. Until then nobody needs to look for one. */
export let isAnyKept = false;

/** Whether it makes no difference in which frame something runs: it runs at the root, as it would anyway. */
function isAtRest(): boolean {
  return current.frame === undefined && !current.entered;
}

export function within<R>(frame: Frame | undefined, fn: () => R): R {
  const before = current.frame;
  current.frame = frame;
  try {
    return fn();
  } finally {
    current.frame = before;
  }
}

function thenWithin(frame: Frame | undefined, value: object, then: Then): Then {
  return (resolve, reject) =>
    within(frame, () => Reflect.apply(then, value, [(result: unknown) => resolve(returned(result)), reject]));
}

/** Stands for an awaited object. It has what the engine asks for, and asks the object for it in the frame of the await. */
class Handed {
  readonly #value: object;
  readonly #frame: Frame | undefined;

  constructor(value: object) {
    this.#value = value;
    this.#frame = current.frame;
  }

  static open(value: unknown): unknown {
    return typeof value === 'object' && value !== null && #value in value ? value.#value : value;
  }

  #read(key: string): unknown {
    return within(this.#frame, () => Reflect.get(this.#value, key));
  }

  // biome-ignore lint/suspicious/noThenProperty: it stands for a thenable
  get then(): unknown {
    const then = this.#read('then');
    if (typeof then === 'function') return thenWithin(this.#frame, this.#value, then as Then);
    isAnyKept = true;
    return undefined;
  }

  /** Like `value` asked for where the object is what an iterator's `next` gave. */
  get done(): unknown {
    return this.#read('done');
  }

  get value(): unknown {
    return this.#read('value');
  }
}

/**
 * What to await in place of a value.
 * @param leaves whether the root is made current before the engine is asked to await it
 */
export function handOn(value: unknown, leaves = false): unknown {
  return value instanceof NativePromise && value.constructor === NativePromise ? value : handOnOther(value, leaves);
}

export function handOnOther(value: unknown, leaves: boolean): unknown {
  if (!isObject(value) || isAtRest() || isAwaitedAsItIs(value, leaves)) return value;
  return new Handed(value);
}

/** The same where what was awaited is not given back to who awaits it, so that it cannot be a Handed. */
export function give(value: unknown, leaves = false): unknown {
  return !isObject(value) || isAtRest() || isAwaitedAsItIs(value, leaves) ? value : returned(value);
}

/** An ordinary promise. Where `await` is intercepted it is looked at twice, here and by the engine, and to be left alone. */
function isAwaitedAsItIs(value: object, leaves: boolean): boolean {
  if (!(value instanceof NativePromise)) return false;
  current.exempt = value;
  const isIt = value.constructor === NativePromise;
  current.exempt = isIt && (!leaves || current.entered) ? value : undefined;
  return isIt;
}

/** What was awaited, in place of what the engine gives back. */
export function handedOn(value: unknown): unknown {
  return isAnyKept ? Handed.open(value) : value;
}

/** What to resolve a promise with in place of a value: the value itself, unless it is a thenable. */
export function returned(value: unknown): unknown {
  if (!isObject(value) || isAtRest()) return value;
  let then: unknown;
  try {
    then = Reflect.get(value, 'then');
  } catch (error) {
    return {
      // biome-ignore lint/suspicious/noThenProperty: the engine is to meet the error where it reads the property
      get then() {
        throw error;
      },
    };
  }
  if (typeof then !== 'function') return value;
  if (value instanceof NativePromise && then === NativePromise.prototype.then) return value;
  // biome-ignore lint/suspicious/noThenProperty: it stands for a thenable
  return { then: thenWithin(current.frame, value, then as Then) };
}

// All that generated code calls leads here.
current.transformed = true;
