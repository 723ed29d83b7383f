/**
 * Rule 3, for functions of the language that call user code over several jobs: `Array.fromAsync()`, the disposal of an
 * `AsyncDisposableStack`, and imports of WebAssembly that suspend it. The JavaScript engine makes every call but the
 * first from its job queue, in the root.
 */
import { current, isAtRoot } from '../engine/current.js';
import { NativePromise } from '../engine/jobs.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { isObject } from '../is-object.js';
import { type Settle, thenSettleInFrame } from './await-interception.js';
import { patchAlias, wrapCall, wrapConstructor } from './patch.js';
import { bindMethod, createSubstitute, type FrameHolder, substituteIterable } from './substitutes.js';

/** Patches these functions. */
export function patchAsyncBuiltins(): void {
  // Resolves a promise with the result of its callback, which can be a thenable.
  wrapCall('Promise', 'try', (call, _, args) => {
    args[0] = bindMethod(args[0]);
    return call();
  });
  patchFromAsync();
  patchDisposal();
  patchSuspension();
}

function patchFromAsync(): void {
  wrapCall('Array', 'fromAsync', (call, _, args) => {
    const [items, mapper, thisArg] = args;
    if (!isAtRoot()) {
      if (isObject(items)) {
        args[0] = substituteIterable(items, (iterator, isAsync) =>
          createSubstitute(iterator, (_key, method) =>
            bindMethod(method, iterator, isAsync ? wrapThenable : substituteResult),
          ),
        );
      }
      args[1] = bindMethod(mapper, thisArg);
    }
    return call();
  });
}

/** Substitutes for a result of a synchronous iterator, whose value is awaited. */
function substituteResult(result: unknown): unknown {
  return isObject(result) ? createSubstitute(result, (_, value) => wrapThenable(value)) : result;
}

function patchDisposal(): void {
  const path = 'AsyncDisposableStack.prototype';
  /** The frame of the call that disposes of the resources of each stack. */
  const disposals = new WeakMap<object, FrameHolder>();
  for (const method of ['defer', 'adopt', 'use', 'move', 'disposeAsync']) {
    wrapCall(path, method, (call, self, args) => {
      const disposal = disposals.get(self as object) ?? ({} as FrameHolder);
      const bindDisposer = (disposer: unknown, object?: unknown) =>
        bindMethod(disposer, object, wrapThenable, disposal);
      const index = method === 'adopt' ? 1 : 0;
      const argument = args[index];
      args[index] =
        method === 'use' && isObject(argument)
          ? createSubstitute(argument, (_, disposer) => bindDisposer(disposer, argument))
          : bindDisposer(argument);
      if (method === 'disposeAsync') disposal.frame = current.frame;
      const result = call();
      // A stack that was moved or disposed of has no disposers, and a later call on it must not change their frame.
      disposals.delete(self as object);
      if (method !== 'disposeAsync') disposals.set((method === 'move' ? result : self) as object, disposal);
      return method === 'use' ? argument : result;
    });
  }
  patchAlias(path, 'disposeAsync', Symbol.asyncDispose);
}

/**
 * Patches the class of imports whose promises suspend WebAssembly: https://webassembly.github.io/js-promise-integration/
 */
function patchSuspension(): void {
  wrapConstructor('WebAssembly.Suspending', (construct, args) => {
    args[0] = bindMethod(args[0], undefined, resumeInFrame, current);
    return construct();
  });
}

/** Returns a promise in place of another one, after which the JavaScript engine continues in the current frame. */
function resumeInFrame(promise: unknown): unknown {
  if (isAtRoot() || !(promise instanceof NativePromise)) return promise;
  return new NativePromise((resolve, reject) => thenSettleInFrame(promise, current.frame, resolve, reject as Settle));
}
