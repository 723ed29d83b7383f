/** The patches for Deno. */
import { patchAbortSignalTimeout } from './abort-signal-timeout.js';
import { patchDenoHandles } from './deno-handles.js';
import { onceNodeLayerIsLoaded } from './deno-node-layer.js';
import { patchDenoServe } from './deno-serve.js';
import { patchEmitterClasses } from './emitter-classes.js';
import type { FrameAccess } from './frame-access.js';
import { http2Classes } from './http2-streams.js';
import { patchMessageChannels } from './message-channels.js';

/** Installs the patches for Deno. Each leaves alone what this version of Deno does not have. */
export function installForDeno(frames: FrameAccess): void {
  patchAbortSignalTimeout(frames);
  patchDenoServe(frames);
  const observeMessageChannels = patchMessageChannels(frames);
  onceNodeLayerIsLoaded(() => {
    patchDenoHandles(frames);
    patchEmitterClasses(http2Classes(frames));
    // This module replaces the global MessageChannel when it is loaded.
    globalThis.process?.getBuiltinModule?.('node:worker_threads');
    observeMessageChannels();
  });
}
