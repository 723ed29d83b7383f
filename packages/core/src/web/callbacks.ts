/** Rule 3: what a function of the platform calls when its work is done, or as a part of it, runs in the frame of the call. */
import { bindToCurrentFrame as captured } from './bind-callback.js';
import { patchCalls } from './patch.js';

const CLASSES =
  'BaseAudioContext DataTransferItem Document FileSystemDirectoryEntry FileSystemDirectoryReader FileSystemEntry ' +
  'FileSystemFileEntry Geolocation HTMLCanvasElement LockManager MediaSession Notification RemotePlayback';
const METHODS =
  /^(decodeAudioData|getAsString|startViewTransition|getDirectory|getFile|readEntries|getParent|file|getCurrentPosition|watch\w+|toBlob|request|setActionHandler|requestPermission)$/;

export function patchCallbacks(): void {
  patchCalls(CLASSES, METHODS, (native, self, args) => Reflect.apply(native, self, args.map(callback)));
}

/** View transitions take theirs in an object. */
function callback(argument: unknown): unknown {
  const { update } = (argument ?? {}) as { update?: unknown };
  if (typeof update !== 'function') return captured(argument);
  return Object.create(argument as object, { update: { value: captured(update) } });
}
