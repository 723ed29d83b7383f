/**
 * Rule 4, for `MessagePort` and `BroadcastChannel`: as in Node, the listeners run in the frame in which the channel was
 * created, and in the root if the port was received in a message. Bun runs them in the root, Deno in the frame in which
 * the listener was set, workerd in the frame of the sender.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { runListenersInFrame } from './event-listeners.js';
import type { FrameAccess } from './frame-access.js';
import { observeGlobalConstructor } from './observe-global-constructor.js';

/** @returns a function to call when the global `MessageChannel` has been replaced */
export function patchMessageChannels(frames: FrameAccess): () => void {
  const creationFrames = new WeakMap<object, OpaqueFrame | undefined>();
  const rememberFrame = (target: object) => {
    const frame = frames.getCurrentFrame();
    if (frame !== undefined) creationFrames.set(target, frame);
  };
  const observeMessageChannels = () => {
    observeGlobalConstructor('MessageChannel', (channel) => {
      const { port1, port2 } = channel as MessageChannel;
      rememberFrame(port1);
      rememberFrame(port2);
    });
  };
  observeMessageChannels();
  observeGlobalConstructor('BroadcastChannel', rememberFrame);
  for (const className of ['MessagePort', 'BroadcastChannel']) {
    runListenersInFrame({
      className,
      handlers: ['onmessage', 'onmessageerror'],
      callInFrame: (target, fn) => frames.runInFrame(creationFrames.get(target), fn, undefined, []),
    });
  }
  return observeMessageChannels;
}
