/**
 * The objects that stand for one task wherever there is a web: they begin it when they are made, when a method gives them,
 * or when a method of theirs is called.
 */
import { patchCall, patchCalls, patchConstructor } from './patch.js';
import { begin } from './tasks.js';

/** What these methods give tells of a task that begins with the call. */
const GIVEN = {
  AbortSignal: 'timeout',
  'Element.prototype': 'animate',
  'IDBCursor.prototype': '*',
  'IDBDatabase.prototype': '*',
  'IDBFactory.prototype': '*',
  'IDBIndex.prototype': '*',
  'IDBObjectStore.prototype': '*',
};

/** What these methods are called on begins its task anew. */
const CALLED = {
  'XMLHttpRequest.prototype': 'open send abort',
  'FileReader.prototype': 'readAsArrayBuffer readAsBinaryString readAsDataURL readAsText abort',
  'Animation.prototype': 'play reverse finish',
};

const MADE = ['EventSource', 'WebSocket', 'Worker', 'SharedWorker', 'Notification', 'Audio'];

export function patchRequests(): void {
  patchCalls(GIVEN, (native, self, args) => {
    const given: unknown = Reflect.apply(native, self, args);
    if (given instanceof EventTarget) begin(given);
    // A cursor goes on by telling again of the request that gave it.
    else if (given === undefined && 'request' in (self as object)) begin((self as IDBCursor).request);
    return given;
  });
  patchCalls(CALLED, (native, self, args) => {
    begin(self as object, '', true);
    // Listening to an upload changes the request.
    const { upload } = self as XMLHttpRequest;
    if (upload !== undefined) begin(upload);
    return Reflect.apply(native, self, args);
  });
  patchCall('Element.prototype', 'requestFullscreen', (native, self, args) => {
    begin(self as Element, 'fullscreen', true);
    return Reflect.apply(native, self, args);
  });
  for (const name of MADE) patchConstructor(name, begin);
}
