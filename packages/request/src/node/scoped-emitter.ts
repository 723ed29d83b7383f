/**
 * Runs the listeners of an object that belongs to one request in the scope of that request.
 *
 * Node emits the events of a request (`data`, `end`), of its response (`finish`, `close`, `drain`) and of an upgraded
 * socket wherever it reads from the socket or writes to it. The current frame then belongs to no request or, on a
 * connection that carries several requests, to another request. Each of these objects belongs to one request, so its
 * listeners run in the scope of that request.
 *
 * The scope is a property of the object, and all objects share one function `emit` that reads it: a closure for each
 * request takes longer. Benchmark: npm run bench -- --requests
 */
import { type Scope, scopeStorage } from '../scope/request-scope.js';
import { type Scoped, scopeKey } from '../scope/scope-of.js';

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

interface ScopedEmitter extends Scoped {
  emit: Emit;
  listenerCount(event: string | symbol): number;
}

/** The `emit` that the last object inherited. It is nearly always that of `EventEmitter`. */
let lastInheritedEmit: Emit | undefined;

/** Makes the listeners of an event emitter run in a scope. A second call replaces the scope. */
export function runListenersInScope(emitter: object, scope: Scope): void {
  // Every emitter has an `emit`, but Node's types declare different events for each of them.
  const scoped = emitter as ScopedEmitter;
  const isFirst = scoped[scopeKey] === undefined;
  scoped[scopeKey] = scope;
  if (!isFirst) return;
  const { emit } = scoped;
  // Whether the object has an `emit` of its own is only asked for one that the last object did not inherit: it takes 20 ns.
  const isInherited = emit === lastInheritedEmit || !Object.hasOwn(scoped, 'emit');
  scoped.emit = isInherited ? emitInScope : wrapEmit(emit);
}

/** The `emit` of all objects that inherited theirs. */
function emitInScope(this: ScopedEmitter, event: string | symbol): boolean {
  let { emit }: ScopedEmitter = Object.getPrototypeOf(this);
  // Comparing with the last one takes a third of the time of looking for a scope on each prototype.
  if (emit !== lastInheritedEmit) {
    emit = unscopedPrototypeOf(this).emit;
    lastInheritedEmit = emit;
  }
  const scope = this[scopeKey];
  // `arguments` is passed on unchanged: creating an array takes longer than everything else here.
  // biome-ignore lint/complexity/noArguments: see above
  const args = arguments as unknown as Parameters<Emit>;
  // Most events of a request are emitted while its own code runs, and most others have no listener.
  return scope === undefined || scopeStorage.getStore() === scope || this.listenerCount(event) === 0
    ? emit.apply(this, args)
    : scopeStorage.run(scope, Reflect.apply, emit, this, args);
}

/** For an object whose `emit` user code has already replaced. Such an object may count its listeners in its own way. */
function wrapEmit(emit: Emit): Emit {
  return function (this: ScopedEmitter, ...args) {
    const scope = this[scopeKey];
    if (scope === undefined || scopeStorage.getStore() === scope) return emit.apply(this, args);
    return scopeStorage.run(scope, Reflect.apply, emit, this, args);
  };
}

/**
 * Returns the first object on the prototype chain that has no scope. The direct prototype can have one: for
 * `Object.create(response)`, a function is called that was set on `response`.
 */
export function unscopedPrototypeOf<T extends object>(object: T): T {
  let prototype = Object.getPrototypeOf(object);
  while (prototype[scopeKey] !== undefined) prototype = Object.getPrototypeOf(prototype);
  return prototype;
}
