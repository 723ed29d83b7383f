/**
 * The contract with `@throughline/transform`: the functions that transformed code imports, which entry.ts exports, and
 * the methods that it calls on the objects they return.
 *
 *     async function f(x) {          async function f(x) {let _v,_f=_asyncCall();try{
 *       const a = await g(x);          const a = (_v=await _f.off(g(x)),_f.on(_v,_v=0));
 *       return a + 1;                  return a + 1;
 *     }                              }finally{_f.end()}}
 *
 * The names in emitted code are short, because they occur at every `await` of a program. They must not change: a page
 * can contain code that another version of the transform emitted. In this folder each method has a descriptive name,
 * and this file alone maps one to the other.
 */

const EMITTED_NAMES = {
  suspend: 'off',
  resume: 'on',
  resumeIfSuspended: 'back',
  suspendToYield: 'give',
  suspendToYieldAndSchedule: 'giveHeld',
  resumeFromYield: 'took',
  suspendToYieldSync: 'leave',
} as const satisfies Record<string, keyof EmittedGeneratorCall | keyof EmittedCreationFrameGenerator>;

/** The methods of a class under the names by which emitted code calls them. */
export type Emitted<Call> = {
  [Method in keyof Call as Method extends keyof typeof EMITTED_NAMES
    ? (typeof EMITTED_NAMES)[Method]
    : Method]: Call[Method];
};

/**
 * Gives the methods of a class their emitted names as well. A second property on the prototype adds no cost to a call.
 * Inherited methods are included, because a bundler drops this call for a base class that is not used on its own.
 * @param constructor a class that emitted code calls
 * @param create creates an instance
 * @returns `create`
 */
export function withEmittedNames<Call extends object>(
  { prototype }: { readonly prototype: Call },
  create: () => Call,
): () => Emitted<Call> {
  for (const [method, emittedName] of Object.entries(EMITTED_NAMES)) {
    if (method in prototype) Reflect.set(prototype, emittedName, Reflect.get(prototype, method));
  }
  return create as () => object as () => Emitted<Call>;
}

/** One call of an async function. */
export interface EmittedCall {
  /** Written around the operand of an `await`: suspends the call. Returns the value to await instead. */
  off(operand: unknown): unknown;
  /** Written around the result of an `await`: resumes the call. Returns the result to continue with. */
  on(result?: unknown): unknown;
  /** Written at the end of the function, however it ends. */
  end(): void;
}

/** One call of a function that can continue without `on`, for example in a `catch`. */
export interface EmittedGuardedCall extends EmittedCall {
  /** Written wherever the function can continue without `on`. */
  back(): void;
}

/** One call of an async generator, whose body runs in the frame of the call that resumes it. */
export interface EmittedGeneratorCall extends EmittedGuardedCall {
  /**
   * Written around the operand of `yield`, and of `return`, which awaits as well. Returns the value to yield instead.
   */
  give(value: unknown): unknown;
  /** Written instead of `give` where a rejection closes an iterator before any code of the generator runs. */
  giveHeld(value: unknown): unknown;
  /** Written around the result of a `yield`. Returns it. */
  took(result: unknown): unknown;
}

/** One call of a generator, async or not, whose body runs in the frame of its creation. */
export interface EmittedCreationFrameGenerator extends EmittedGuardedCall {
  /**
   * Written around the operand of `yield` in an async generator, and of `return`. Returns the value to yield instead.
   */
  give(value: unknown): unknown;
  /** Written around the operand of `yield` in a synchronous generator. Returns it. */
  leave(value: unknown): unknown;
  /** Written around the result of a `yield`. Returns it. */
  took(result: unknown): unknown;
  /** Returns a rest parameter, which the transform has replaced by a pattern that binds its length and its elements. */
  rest(length: number, elements: object): unknown[];
}

/** The resources of a block with `using` or `await using`. */
export interface EmittedDisposal {
  /** The value that the block must await. */
  value: unknown;
  /** Written around the initializer of a declaration. Returns it. */
  add<T>(resource: T, isAsync: boolean): T;
  /** Written in the `catch` around the block and around each `await` of a disposal. */
  fail(error: unknown): void;
  /** Written in the `finally`: disposes of resources until one must be awaited, and returns whether that is so. */
  next(): boolean;
}

/** The exports of `throughline/await`, on every runtime. */
export interface EmittedImports {
  /** Called at the start of an async function. */
  asyncCall(): EmittedCall;
  /** Called at the start of an async function that can continue without `on`. */
  guardedCall(): EmittedGuardedCall;
  /** Called at the start of an async generator. */
  generatorCall(): EmittedGeneratorCall;
  /** Called at the start of a module with top-level `await`. */
  moduleEvaluation(): EmittedGuardedCall;
  /**
   * Called as the default value of an additional parameter of a generator whose body runs in the frame of its creation.
   */
  creationFrameGenerator(): EmittedCreationFrameGenerator;
  /** Called at the start of a block with resources. */
  disposal(): EmittedDisposal;
  /** Written around the operand of an `await` in a function of which no code runs after a suspension. */
  wrapOperand(value: unknown): unknown;
  /** Written around the result of an `await` without `off` and `on`. */
  unwrapResult(value: unknown): unknown;
  /** Written around the operand of a `return` that can be a thenable. */
  wrapReturn(value: unknown): unknown;
  /** Written instead of `off` where a rejection closes an iterator before any code of the function runs. */
  suspendAndSchedule(call: EmittedGuardedCall, value: unknown): unknown;
  /** Written around the iterable of a `for await`. */
  iterateAsync(call: EmittedGuardedCall, iterable: unknown): unknown;
  /** Written around the operand of `yield*` in an async generator. */
  delegateAsync(call: EmittedGuardedCall, iterable: unknown): unknown;
  /** Called in a job of a library's promise class, which belongs to several flows: calls a function in the root. */
  runInRoot(fn: () => void): void;
  /** Written around the operand of `yield*` in a synchronous generator whose body runs in the frame of its creation. */
  delegateSync(call: EmittedCreationFrameGenerator, iterable: unknown): unknown;
}
