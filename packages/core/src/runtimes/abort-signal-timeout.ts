/**
 * Rule 4, for `AbortSignal.timeout()`: the listeners run in the frame in which the signal was created. Bun, Deno and
 * workerd run them in the root, so a signal of a controller is returned, which is aborted in this frame. The runtime's
 * own signal still determines when that happens, and provides the reason.
 */
import { patchMethod } from '../web/patch.js';
import { bindToFrame, type FrameAccess } from './frame-access.js';

export function patchAbortSignalTimeout(frames: FrameAccess): void {
  patchMethod(
    'AbortSignal',
    'timeout',
    (native: typeof AbortSignal.timeout) =>
      ({
        timeout(this: unknown, milliseconds: number): AbortSignal {
          const source = native.call(this, milliseconds);
          const frame = frames.getCurrentFrame();
          if (frame === undefined) return source;
          const controller = new AbortController();
          source.onabort = bindToFrame(frames, frame, () => controller.abort(source.reason));
          return controller.signal;
        },
      }).timeout,
  );
}
