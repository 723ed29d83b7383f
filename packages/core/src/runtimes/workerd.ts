/** The patches for workerd. */
import { patchAbortSignalTimeout } from './abort-signal-timeout.js';
import type { FrameAccess } from './frame-access.js';
import { patchMessageChannels } from './message-channels.js';
import { patchWorkerdDiagnosticsChannel } from './workerd-diagnostics-channel.js';

/** Installs the patches for workerd. Each leaves alone what this version of workerd does not have. */
export function installForWorkerd(frames: FrameAccess): void {
  patchAbortSignalTimeout(frames);
  patchMessageChannels(frames);
  patchWorkerdDiagnosticsChannel();
}
