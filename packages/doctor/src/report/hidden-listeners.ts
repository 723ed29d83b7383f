/**
 * Listeners of the process that the program does not see. Some programs end a process only if no other code listens to a
 * signal, and others listen only then: a listener of the doctor must change neither.
 */
type Listener = (...args: unknown[]) => void;

const hidden = new Map<string, Listener>();

/** Adds a listener to the process that its methods do not show, one for each event. */
export function addHiddenListener(event: string, listener: Listener): void {
  if (hidden.size === 0) hideListeners();
  hidden.set(event, listener);
  process.on(event, listener);
}

export function removeHiddenListener(event: string): void {
  const listener = hidden.get(event);
  if (listener === undefined) return;
  hidden.delete(event);
  process.removeListener(event, listener);
}

function hideListeners(): void {
  const { listenerCount } = process;
  for (const name of ['listeners', 'rawListeners'] as const) {
    const method = process[name];
    define(name, function (this: NodeJS.Process, event: string) {
      return Reflect.apply(method, this, [event]).filter((listener) => listener !== hidden.get(event));
    });
  }
  define('listenerCount', function (this: NodeJS.Process, ...args: [string, Listener?]) {
    const count = Reflect.apply(listenerCount, this, args);
    const [event, listener] = args;
    return hidden.has(event) && typeof listener !== 'function' ? count - 1 : count;
  });
}

/** Replaces a method of the process with one of the same name and length. */
function define(name: 'listeners' | 'rawListeners' | 'listenerCount', method: unknown): void {
  const { length } = process[name];
  Object.defineProperties(method, { name: { value: name }, length: { value: length } });
  Object.defineProperty(process, name, { value: method, writable: true, configurable: true });
}
