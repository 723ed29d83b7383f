/**
 * Node emits the events of a request (`data`, `end`), of its answer (`finish`, `close`, `drain`) and of an upgraded
 * socket where the socket happened to be read or written, which is in no request's frame, or in another's on a
 * connection that carries many. Both objects stand for one request, so their listeners run in its scope.
 */
import { type OpenScope, scopeStorage } from '../scope/request-scope.js';

const scopeKey = Symbol('throughline.requestScope');

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

interface Scoped {
  [scopeKey]?: OpenScope;
  emit: Emit;
  listenerCount(event: string | symbol): number;
}

/** The `emit` that was last found above an object: nearly always that of all emitters. */
let usualEmit: Emit | undefined;

/**
 * Has the listeners of an object that stands for one request run in its scope. The function is one for all of them and
 * the scope a property: a function made for each request takes longer.
 */
export function runListenersInScope(emitter: object, scope: OpenScope): void {
  // All emitters have an `emit`, but the types of Node's differ in its events.
  const scoped = emitter as Scoped;
  const isFirst = scoped[scopeKey] === undefined;
  scoped[scopeKey] = scope;
  if (!isFirst) return;
  const { emit } = scoped;
  scoped.emit = Object.hasOwn(scoped, 'emit') ? wrapped(emit) : emitHere;
}

function emitHere(this: Scoped): boolean {
  let { emit }: Scoped = Object.getPrototypeOf(this);
  // To ask each prototype whether it has a scope takes three times as long.
  if (emit !== usualEmit) {
    emit = unscopedPrototypeOf(this).emit;
    usualEmit = emit;
  }
  const scope = this[scopeKey];
  // Handed on as they are: an array of them takes longer than all the rest.
  // biome-ignore lint/complexity/noArguments: see above
  const args = arguments as unknown as Parameters<Emit>;
  // Most of a request's events are heard by nobody, or come while its own code runs.
  return scope === undefined || this.listenerCount(args[0]) === 0 || scopeStorage.getStore() === scope
    ? emit.apply(this, args)
    : scopeStorage.run(scope, Reflect.apply, emit, this, args);
}

/** For an object whose `emit` somebody has replaced already, and may count the listeners otherwise. */
function wrapped(emit: Emit): Emit {
  return function (this: Scoped, ...args) {
    const scope = this[scopeKey];
    if (scope === undefined || scopeStorage.getStore() === scope) return emit.apply(this, args);
    return scopeStorage.run(scope, Reflect.apply, emit, this, args);
  };
}

/**
 * What an object that has a scope inherits from. It may be another one, such as `Object.create(response)`, for which a
 * function is called that was put on the first.
 */
export function unscopedPrototypeOf<T extends object>(object: T): T {
  let above = Object.getPrototypeOf(object);
  while (above[scopeKey] !== undefined) above = Object.getPrototypeOf(above);
  return above;
}

/** The scope that an object's listeners run in, if it has one. */
export function scopeOf(emitter: object): OpenScope | undefined {
  return (emitter as Scoped)[scopeKey];
}
