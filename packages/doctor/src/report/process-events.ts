/**
 * Observes events of the process without a listener. The program would see a listener: it counts towards the limit of
 * `MaxListenersExceededWarning`, `removeAllListeners()` removes it, and a program may do something only if no other
 * code listens to a signal.
 *
 *     system ──signal──▶ handle ──▶ process.emit() ──▶ the observers, then the listeners of the program
 *
 * Node opens the handle of a signal when a listener is added, and closes it when the last one was removed. Both are done by
 * listeners of the process itself, which are called here. Without a handle, a signal ends the process at once.
 */
type Observer = () => void;

const observers = new Map<string, Observer[]>();
const openHandle = internalListener('newListener', 'startListeningIfSignal');
const closeHandle = internalListener('removeListener', 'stopListeningIfSignal');

/** Deno emits its events in another way, which only a listener receives. */
const USES_LISTENERS = process.versions.deno !== undefined;

function internalListener(event: string, name: string): ((signal: string) => void) | undefined {
  const listener = process.rawListeners(event).find((known) => known.name === name);
  return listener && ((signal) => Reflect.apply(listener, process, [signal]));
}

/** Calls a function before the listeners of an event. */
export function observeProcess(event: string, observer: Observer): void {
  if (USES_LISTENERS) process.on(event, observer);
  else if (observers.size === 0) replaceEmit();
  observers.set(event, [...(observers.get(event) ?? []), observer]);
}

/** The same for a signal, which no longer ends the process. */
export function observeSignal(signal: string, observer: Observer): void {
  observeProcess(signal, observer);
  openHandle?.(signal);
}

/** Afterwards, the signal ends the process again, unless the program listens to it. */
export function stopObservingSignal(signal: string): void {
  if (USES_LISTENERS) for (const observer of observers.get(signal) ?? []) process.removeListener(signal, observer);
  observers.delete(signal);
  closeHandle?.(signal);
}

/** Whether the program listens to a signal. */
export function isHandledByProgram(signal: string): boolean {
  const own = observers.get(signal) ?? [];
  return process.rawListeners(signal).some((listener) => !own.includes(listener as Observer));
}

function replaceEmit(): void {
  const { emit } = process;
  const method = function (this: unknown, ...args: unknown[]): unknown {
    const [event, subject] = args;
    if (this !== process) return Reflect.apply(emit, this, args);
    for (const observer of observers.get(event as string) ?? []) observer();
    const result: unknown = Reflect.apply(emit, this, args);
    // If this was the last listener of the program, Node has closed the handle.
    if (event === 'removeListener' && isObservedSignal(subject)) openHandle?.(subject);
    return result;
  };
  Object.defineProperties(method, { name: { value: emit.name }, length: { value: emit.length } });
  Object.defineProperty(process, 'emit', { value: method, writable: true, configurable: true });
}

function isObservedSignal(event: unknown): event is string {
  return typeof event === 'string' && event.startsWith('SIG') && observers.has(event);
}
