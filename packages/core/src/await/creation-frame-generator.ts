/**
 * Generators as the TC39 text has them: the body runs in the frame of the call that created the generator, whoever resumes
 * it, and who resumes it finds its own frame unchanged.
 */
import { current } from '../engine/current.js';
import type { Frame } from '../frame.js';
import { isObject } from '../is-object.js';
import { GuardedFlow, RUNNING } from './async-call.js';
import { give, handedOn, handOn } from './thenables.js';

class CreatedFlow extends GuardedFlow {
  override frame: Frame | undefined | typeof RUNNING = current.frame;
  /** The frame of who has resumed the body. */
  #caller: Frame | undefined = undefined;

  override off(value: unknown): unknown {
    const handed = handOn(value, true);
    this.frame = current.frame;
    current.frame = this.#caller;
    return handed;
  }

  override on(value: unknown): unknown {
    this.back();
    return handedOn(value);
  }

  override resume(): void {
    this.#caller = current.frame;
    current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
  }

  override end(): void {
    if (this.frame === RUNNING) current.frame = this.#caller;
  }

  override stay(): void {
    current.frame = this.frame as Frame | undefined;
    this.frame = RUNNING;
  }

  /** Before a `yield` of an async generator, or a `return`, which awaits as well. */
  give(value: unknown): unknown {
    const given = give(value, true);
    this.off(undefined);
    return given;
  }

  /** Before a `yield` of another. */
  leave(value: unknown): unknown {
    this.off(undefined);
    return value;
  }

  /** After a `yield`. */
  took(value: unknown): unknown {
    this.back();
    return value;
  }

  /** The rest parameter, of which the parameter that stands for it has taken the parts. */
  rest(length: number, parts: object): unknown[] {
    return Object.assign(new Array(length), parts);
  }
}

export const createdFlow = () => new CreatedFlow();

/** What the `yield*` of such a generator is to go through, where it is not async. */
export function through(flow: CreatedFlow, iterable: unknown): unknown {
  return iterable === undefined || iterable === null ? iterable : new Passed(flow, iterable);
}

class Passed {
  readonly #flow: CreatedFlow;
  // Of any type: what a primitive inherits is called on the primitive.
  readonly #iterable: NonNullable<unknown>;

  constructor(flow: CreatedFlow, iterable: NonNullable<unknown>) {
    this.#flow = flow;
    this.#iterable = iterable;
  }

  get [Symbol.iterator](): unknown {
    const method = (this.#iterable as { [Symbol.iterator]?: unknown })[Symbol.iterator];
    if (typeof method !== 'function') return method;
    return () => {
      const iterator: unknown = Reflect.apply(method, this.#iterable, []);
      return isObject(iterator) ? new PassedSteps(this.#flow, iterator) : iterator;
    };
  }
}

class PassedSteps {
  readonly #flow: CreatedFlow;
  readonly #iterator: object;

  constructor(flow: CreatedFlow, iterator: object) {
    this.#flow = flow;
    this.#iterator = iterator;
  }

  get next(): unknown {
    return this.#around('next');
  }

  get return(): unknown {
    this.#flow.back();
    return this.#around('return');
  }

  get throw(): unknown {
    this.#flow.back();
    return this.#around('throw');
  }

  #around(key: string): unknown {
    const method: unknown = Reflect.get(this.#iterator, key);
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#flow.back();
      const result: unknown = Reflect.apply(method, this.#iterator, args);
      this.#flow.off(undefined);
      return result;
    };
  }
}
