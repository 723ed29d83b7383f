/**
 * Rules 3 and 4, for `Deno.serve()`: the handlers run in the frame of the call, like those of Node's servers. Deno runs
 * them in the root, or in the frame that the callback before has entered.
 */
import { bindIfFunction, type FrameAccess } from './frame-access.js';
import { overrideMethod } from './override-method.js';

/** Functions that may be properties of the options. */
const HANDLERS = ['handler', 'onListen', 'onError'];

export function patchDenoServe(frames: FrameAccess): void {
  const { Deno } = globalThis as { Deno?: object };
  if (Deno === undefined) return;

  const bindHandler = (handler: unknown): unknown => {
    const bound = bindIfFunction(frames, handler);
    // Deno creates no request for a handler without parameters.
    return typeof handler === 'function'
      ? Object.defineProperty(bound as object, 'length', { value: handler.length })
      : handler;
  };
  const bindHandlers = (argument: unknown): unknown => {
    if (typeof argument !== 'object' || argument === null) return bindHandler(argument);
    const bound: Record<string, unknown> = { ...argument };
    for (const name of HANDLERS) if (name in argument) bound[name] = bindHandler(Reflect.get(argument, name));
    return bound;
  };
  const patch = () => {
    overrideMethod(
      Deno,
      'serve',
      (native) =>
        function (...args) {
          return Reflect.apply(native, this, args.map(bindHandlers));
        },
    );
  };

  const descriptor = Reflect.getOwnPropertyDescriptor(Deno, 'serve');
  if (descriptor?.get === undefined) {
    patch();
    return;
  }
  // Deno loads the function when it is first read, and then replaces the accessor.
  Reflect.defineProperty(Deno, 'serve', {
    ...descriptor,
    get() {
      const value: unknown = descriptor.get?.call(Deno);
      Reflect.defineProperty(Deno, 'serve', { value, writable: true, enumerable: true, configurable: true });
      patch();
      return Reflect.get(Deno, 'serve');
    },
  });
}
