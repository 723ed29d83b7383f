/**
 * The contract of an engine: how the current frame follows the code. Each kind of runtime has an engine, one file each,
 * and the conditions under `imports` in package.json select it. At compile time, verify-engines.ts checks every engine
 * against this contract.
 *
 *     node-hooks.ts             Node with async hooks           the frame is a property of the executing resource
 *     context-frame.ts          Node with AsyncContextFrame     the frame is an entry of Node's own context Map
 *     async-context-mapping.ts  Deno                            the frame is a property of Deno's own mapping
 *     native.ts                 any other server runtime        the frame is the value of one storage of the runtime
 *     portable.ts               browsers, and everything else   the frame is a variable; web/ patches the platform
 *     node.ts, deno.ts          select one of these; deno.ts, bun.ts and workerd.ts also patch what the runtime calls in
 *                               another frame than Node (runtimes/)
 *
 * The object that holds the current frame is called its holder. An operation looks the holder up once and passes it on,
 * because the lookup can be the most expensive part. Only the engine knows what a holder is.
 *
 *     const holder = getHolder();                 a scope: `frame` is current from pushFrame to popFrame
 *     const outer = getFrame(holder);
 *     const inner = pushFrame(holder, frame);
 *     try { ... } finally { popFrame(holder, inner, outer); }
 */
import type { AsyncResource } from 'node:async_hooks';

/**
 * A frame as an engine sees it. Engines only pass frames on. frame.ts defines their contents and imports the engine, so
 * no engine imports frame.ts.
 */
export interface OpaqueFrame {
  readonly tag: object;
}

/** Calls a function in a captured context. */
export type CallInContext = <A extends unknown[], R>(fn: (...args: A) => R, thisArg: unknown, args: A) => R;

/** The functions are properties, not methods, so that the compiler checks their parameters strictly. */
export interface Engine<Holder> {
  /** Starts to carry frames. Called for each storage that is created. */
  readonly follow: () => void;
  /** Called before each of the first values of a storage is set, so at least before the first value of the program. */
  readonly noteValue: () => void;
  /** Returns the holder of the current frame. */
  readonly getHolder: () => Holder;
  /** Returns the frame in a holder, `undefined` for the root. */
  readonly getFrame: (holder: Holder) => OpaqueFrame | undefined;
  /**
   * Makes a frame current until `popFrame`.
   * @returns the holder within this scope; `undefined` if the holder cannot store a frame, in which case nothing was
   * changed
   */
  readonly pushFrame: (holder: Holder, frame: OpaqueFrame | undefined) => Holder | undefined;
  /**
   * Ends a scope.
   * @param inner the holder that `pushFrame` returned
   * @param outer the frame that was current before, which is restored
   */
  readonly popFrame: (holder: Holder, inner: Holder, outer: OpaqueFrame | undefined) => void;
  /**
   * Makes a frame current until the running job or callback ends.
   * @param changeCount the current `changeCount` of the shared state, from which `restoreAtJobEnd` determines whether
   * the frame was entered in its scope
   * @throws {Error} `ERR_METHOD_NOT_IMPLEMENTED` if the holder cannot store a frame, in which case nothing was changed
   */
  readonly enterFrame: (holder: Holder, frame: OpaqueFrame | undefined, changeCount: number) => void;
  /**
   * Called after a scope in which a frame was entered: once the running job or callback ends, `outer` must be current
   * again, not a frame of the scope.
   * @param countBefore `changeCount` when the scope began
   */
  readonly restoreAtJobEnd: (holder: Holder, outer: OpaqueFrame | undefined, countBefore: number) => void;
  /** Calls a function with a frame current, even if the current holder cannot store a frame. */
  readonly runInFrame: <A extends unknown[], R>(
    frame: OpaqueFrame | undefined,
    fn: (...args: A) => R,
    thisArg: unknown,
    args: A,
  ) => R;
  /**
   * Captures the current frame and all other context that the runtime carries.
   * @param type the resource type shown by async_hooks tooling
   * @returns a function that calls another function in the captured context
   */
  readonly captureContext: (type: string) => CallInContext;
  /**
   * Returns the object that all copies of this package which carry the same frames share under a name. The first copy
   * creates it.
   */
  readonly share: <T>(name: string, create: () => T) => T;
  /** Node's class: the runtime's own or an implementation of it. Its resources capture the current frame. */
  readonly AsyncResource: typeof AsyncResource;
}
