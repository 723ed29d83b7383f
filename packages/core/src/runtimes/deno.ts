/** The patches for Deno. */
import { patchAbortSignalTimeout } from './abort-signal-timeout.js';
import { patchDenoHandles } from './deno-handles.js';
import type { FrameAccess } from './frame-access.js';
import { patchMessageChannels } from './message-channels.js';

/** Installs the patches for Deno. Each leaves alone what this version of Deno does not have. */
export function installForDeno(frames: FrameAccess): void {
  patchAbortSignalTimeout(frames);
  // This module replaces the global MessageChannel when it is loaded, so it must be loaded before.
  globalThis.process?.getBuiltinModule?.('node:worker_threads');
  patchMessageChannels(frames);
  patchDenoHandles(frames);
}
