/**
 * What code built with `@throughline/transform` calls around its suspensions. Nobody else calls it.
 *
 * An async function keeps one Flow for each of its calls. `off` is called with the operand of every `await`: it notes the
 * current frame. `on`, called when the function goes on, makes that frame current again. The engine always resumes a
 * function from its queue, at the root, so whoever was resumed puts the root back when it gives control away: at the next
 * suspension, or at its end. Up to its first suspension a function runs in its caller's time, and changes nothing.
 *
 * After a rejection the engine goes straight to a `catch` or `finally` block. These begin with `back`, which does what `on`
 * does if `on` was not reached.
 *
 * An awaited object that is no ordinary promise is handed on in a Handed: the engine would call its `then` in a job of
 * its own, at the root.
 */
import { patchGenerators } from './await-generators.js';
import { current, share } from './engine/current.js';
import type { Frame } from './frame.js';
import { NativePromise, runJob } from './web/jobs.js';

type Settle = (value: unknown) => void;
type Method = (...args: unknown[]) => unknown;

/** In place of a frame: the function is not suspended. */
const RUNNING: unique symbol = Symbol();

/** Whether any Handed was fulfilled with itself, which is when the outcome of an await must be looked at. */
let isAnyWhole = false;

function within<R>(frame: Frame | undefined, fn: () => R): R {
  const before = current.frame;
  current.frame = frame;
  try {
    return fn();
  } finally {
    current.frame = before;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function callThen(frame: Frame | undefined, value: object, then: Method) {
  return (resolve: Settle, reject: Settle) =>
    within(frame, () => Reflect.apply(then, value, [(result: unknown) => resolve(returned(result)), reject]));
}

/** Stands for an object on its way through an `await`. It has what the engine asks for, answered in the frame of the await. */
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
    if (typeof then === 'function') return callThen(this.#frame, this.#value, then as Method);
    isAnyWhole = true;
    return undefined;
  }

  /** With `value`: what an iterator's `next` gave. */
  get done(): unknown {
    return this.#read('done');
  }

  get value(): unknown {
    return this.#read('value');
  }
}

/** What to await in place of a value. */
export function handOn(value: unknown): unknown {
  return value instanceof NativePromise && value.constructor === NativePromise ? value : handOnOther(value, false);
}

function handOnOther(value: unknown, isResumed: boolean): unknown {
  if (!isObject(value) || (current.frame === undefined && !current.entered)) return value;
  if (value instanceof NativePromise) {
    // Where `await` is intercepted, the promise is asked twice: by us, and by the engine, which both are to see it as it is.
    current.exempt = value;
    if (value.constructor === NativePromise) {
      if (!isResumed || current.entered) current.exempt = value;
      return value;
    }
    current.exempt = undefined;
  }
  return new Handed(value);
}

/** What was awaited, where that came back as it was handed on. */
export function handedOn(value: unknown): unknown {
  return isAnyWhole ? Handed.open(value) : value;
}

/** What to resolve a promise with in place of a value. Where that is no thenable it is the value itself. */
export function returned(value: unknown): unknown {
  if (!isObject(value) || (current.frame === undefined && !current.entered)) return value;
  const { frame } = current;
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
  return { then: callThen(frame, value, then as Method) };
}

/** One call of an async function. */
class Flow {
  frame: Frame | undefined | typeof RUNNING = RUNNING;
  isResumed = false;

  off(value: unknown): unknown {
    const handed =
      value instanceof NativePromise && value.constructor === NativePromise
        ? value
        : handOnOther(value, this.isResumed);
    this.frame = current.frame;
    if (this.isResumed) current.frame = undefined;
    return handed;
  }

  on(value: unknown): unknown {
    current.frame = this.frame as Frame | undefined;
    this.isResumed = true;
    return isAnyWhole ? Handed.open(value) : value;
  }

  end(): void {
    if (this.isResumed) current.frame = undefined;
  }
}

/** One whose code can go on without `on`: after a rejection, in a loop that awaits by itself. */
class GuardedFlow extends Flow {
  override on(value: unknown): unknown {
    current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
    this.isResumed = true;
    return isAnyWhole ? Handed.open(value) : value;
  }

  back(): void {
    if (this.frame === RUNNING) return;
    current.frame = this.frame;
    this.frame = RUNNING;
    this.isResumed = true;
  }

  /** What a `for await` is to go through in place of an iterable. */
  each(iterable: unknown): unknown {
    return iterable === undefined || iterable === null ? iterable : new Steps(this, iterable);
  }

  /** A suspension whose operand may come back as it is. */
  give(value: unknown): unknown {
    const given = returned(value);
    this.off(undefined);
    return given;
  }

  [Symbol.dispose](): void {
    this.back();
  }

  /** The resource that stands for one of an `await using`. */
  use(resource: unknown): unknown {
    return isObject(resource) || resource === null || resource === undefined ? new Resource(this, resource) : resource;
  }

  /** The same where the resource before it awaits anyway. */
  useNext(resource: unknown): unknown {
    return isObject(resource) ? new Resource(this, resource) : resource;
  }

  used(resource: unknown): unknown {
    return Resource.open(resource);
  }
}

/** One call of an async generator: `next` resumes it in its caller's time, except where it had to wait in the queue. */
class GeneratorFlow extends GuardedFlow {
  constructor() {
    super();
    current.resuming = false;
  }

  override off(value: unknown): unknown {
    const handed = super.off(value);
    this.isResumed = false;
    return handed;
  }

  override back(): void {
    if (this.frame === RUNNING) return;
    if (current.resuming) {
      current.resuming = false;
      this.frame = RUNNING;
    } else {
      super.back();
    }
  }

  /** After a `yield`. */
  took(value: unknown): unknown {
    this.back();
    return value;
  }
}

/** The top level of a module. Its end is not seen where it throws, so the root is also put back by a job. */
class ModuleFlow extends GuardedFlow {
  override on(value: unknown): unknown {
    const result = super.on(value);
    this.#leave();
    return result;
  }

  override back(): void {
    if (this.frame === RUNNING) return;
    super.back();
    this.#leave();
  }

  #leave(): void {
    if (current.frame !== undefined) {
      runJob(() => {
        current.frame = undefined;
      });
    }
  }
}

/** An iterable for `for await` and `yield*`: the methods are called in the frame of the loop, which is noted after each call. */
class Steps {
  readonly #flow: GuardedFlow;
  // Of any type: what a primitive inherits is called on the primitive.
  readonly #iterable: NonNullable<unknown>;

  constructor(flow: GuardedFlow, iterable: NonNullable<unknown>) {
    this.#flow = flow;
    this.#iterable = iterable;
  }

  get [Symbol.asyncIterator](): unknown {
    return this.#iterator(Symbol.asyncIterator, AsyncIteratorSteps);
  }

  get [Symbol.iterator](): unknown {
    return this.#iterator(Symbol.iterator, IteratorSteps);
  }

  #iterator(key: symbol, Made: new (flow: GuardedFlow, iterator: object) => object): unknown {
    const method = (this.#iterable as { [key: symbol]: unknown })[key];
    if (typeof method !== 'function') return method;
    return () => {
      const iterator: unknown = Reflect.apply(method, this.#iterable, []);
      // What is not right is shown to the engine, which says so.
      return isObject(iterator) ? new Made(this.#flow, iterator) : iterator;
    };
  }
}

class AsyncIteratorSteps {
  readonly #flow: GuardedFlow;
  readonly #iterator: object;

  constructor(flow: GuardedFlow, iterator: object) {
    this.#flow = flow;
    this.#iterator = iterator;
  }

  #method(key: string): unknown {
    const method: unknown = Reflect.get(this.#iterator, key);
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#flow.back();
      return this.#flow.off(Reflect.apply(method, this.#iterator, args));
    };
  }

  get next(): unknown {
    return this.#method('next');
  }

  get return(): unknown {
    this.#flow.back();
    return this.#method('return');
  }

  get throw(): unknown {
    this.#flow.back();
    return this.#method('throw');
  }
}

/** The engine makes an async iterator of it, which awaits after each call, whatever that does. */
class IteratorSteps {
  readonly #flow: GuardedFlow;
  readonly #iterator: object;

  constructor(flow: GuardedFlow, iterator: object) {
    this.#flow = flow;
    this.#iterator = iterator;
  }

  #method(key: string): unknown {
    const method: unknown = Reflect.get(this.#iterator, key);
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#flow.back();
      try {
        const result: unknown = Reflect.apply(method, this.#iterator, args);
        if (!isObject(result)) return result;
        const done: unknown = Reflect.get(result, 'done');
        return { done, value: returned(Reflect.get(result, 'value')) };
      } finally {
        this.#flow.off(undefined);
      }
    };
  }

  /** Read when the loop is left. */
  #last(key: string): unknown {
    this.#flow.back();
    let method: unknown;
    try {
      method = this.#method(key);
      return method;
    } finally {
      if (typeof method !== 'function') this.#flow.off(undefined);
    }
  }

  get next(): unknown {
    return this.#method('next');
  }

  get return(): unknown {
    return this.#last('return');
  }

  get throw(): unknown {
    return this.#last('throw');
  }
}

/** Stands for a resource of `await using`: disposed of in the frame of the block. */
class Resource {
  readonly #flow: GuardedFlow;
  readonly #resource: object | null | undefined;

  constructor(flow: GuardedFlow, resource: object | null | undefined) {
    this.#flow = flow;
    this.#resource = resource;
  }

  static open(value: unknown): unknown {
    return typeof value === 'object' && value !== null && #resource in value ? value.#resource : value;
  }

  get [Symbol.asyncDispose](): unknown {
    const resource = this.#resource;
    const method: unknown = resource ? Reflect.get(resource, Symbol.asyncDispose) : () => {};
    if (typeof method !== 'function') return method;
    return () => {
      this.#flow.back();
      return this.#flow.off(Reflect.apply(method, resource, []));
    };
  }

  get [Symbol.dispose](): unknown {
    const resource = this.#resource;
    const method: unknown = resource ? Reflect.get(resource, Symbol.dispose) : undefined;
    if (typeof method !== 'function') return method;
    return () => {
      this.#flow.back();
      try {
        Reflect.apply(method, resource, []);
      } finally {
        this.#flow.off(undefined);
      }
    };
  }
}

export const flow = () => new Flow();
export const guardedFlow = () => new GuardedFlow();
export const generatorFlow = () => new GeneratorFlow();
export const moduleFlow = () => new ModuleFlow();

current.transformed = true;
patchGenerators();

// A classic script has no import, and finds them here.
share('await', () => ({ flow, guardedFlow, generatorFlow, handOn, handedOn, returned }));
