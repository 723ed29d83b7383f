/** Rule 3: what a function of the platform calls when its work is done, or as a part of it, runs in the frame of the call. */
import { captured } from './captured.js';
import { patchCalls } from './patch.js';

const TABLE = {
  Notification: 'requestPermission',
  'BaseAudioContext.prototype': 'decodeAudioData',
  'DataTransferItem.prototype': 'getAsString',
  'Document.prototype': 'startViewTransition',
  'FileSystemDirectoryEntry.prototype': 'getDirectory getFile',
  'FileSystemDirectoryReader.prototype': 'readEntries',
  'FileSystemEntry.prototype': 'getParent',
  'FileSystemFileEntry.prototype': 'file',
  'Geolocation.prototype': 'getCurrentPosition watchPosition',
  'HTMLCanvasElement.prototype': 'toBlob',
  'LockManager.prototype': 'request',
  'MediaSession.prototype': 'setActionHandler',
  'RemotePlayback.prototype': 'watchAvailability',
};

export function patchCallbacks(): void {
  patchCalls(TABLE, (native, self, args) => Reflect.apply(native, self, args.map(callback)));
}

/** View transitions take theirs in an object. */
function callback(argument: unknown): unknown {
  const { update } = (argument ?? {}) as { update?: unknown };
  if (typeof update !== 'function') return captured(argument);
  return Object.create(argument as object, { update: { value: captured(update) } });
}
