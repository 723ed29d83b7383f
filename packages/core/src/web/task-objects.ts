/**
 * The objects that stand for one task wherever there is a web: they begin it when they are made, when a method gives them,
 * or when a method of theirs is called.
 */
import { type Around, patchCalls, patchConstructor } from './patch.js';
import { begin } from './task-frames.js';

/** What these give tells of a task that begins with the call. */
const given: Around = (native, self, args) => {
  const result: unknown = Reflect.apply(native, self, args);
  if (result instanceof EventTarget) begin(result);
  // A cursor goes on by telling again of the request that gave it.
  else if (self instanceof IDBCursor) begin(self.request);
  return result;
};

/** These begin the task of what they are called on. */
const called: Around = (native, self, args, key) => {
  begin(self as object, /Full/.test(key) ? 'full' : /Seek|Time/.test(key) ? 'seek' : '', true);
  // Listening to an upload changes the request.
  const { upload } = self as Partial<XMLHttpRequest>;
  if (upload !== undefined) begin(upload);
  return Reflect.apply(native, self, args);
};

export function patchRequests(): void {
  patchCalls('AbortSignal Element', /^(timeout|animate)$/, given);
  patchCalls('IDBFactory IDBDatabase IDBObjectStore IDBIndex IDBCursor', /^(?!on)/, given);
  patchCalls('XMLHttpRequest FileReader Animation', /^(open|send|abort|readAs\w+|play|reverse|finish)$/, called);
  patchCalls('HTMLMediaElement Element', /^(load|currentTime|fastSeek|requestFullscreen)$/, called);
  for (const name of 'EventSource WebSocket Worker SharedWorker Notification Audio'.split(' ')) {
    patchConstructor(name, begin);
  }
}
