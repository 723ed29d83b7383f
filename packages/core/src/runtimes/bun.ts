/** The patches for Bun. */
import { patchAbortSignalTimeout } from './abort-signal-timeout.js';
import { bunHttpClasses } from './bun-http-requests.js';
import { patchBunPerformanceObservers } from './bun-performance-observers.js';
import { patchBunReadableStreams } from './bun-readable-streams.js';
import { patchBunSignals } from './bun-signals.js';
import { patchBunWorkers } from './bun-workers.js';
import { patchEmitterClasses } from './emitter-classes.js';
import type { FrameAccess } from './frame-access.js';
import { http2Classes } from './http2-streams.js';
import { patchMessageChannels } from './message-channels.js';

/** Installs the patches for Bun. Each leaves alone what this version of Bun does not have. */
export function installForBun(frames: FrameAccess): void {
  patchAbortSignalTimeout(frames);
  patchMessageChannels(frames);
  patchBunWorkers(frames);
  patchEmitterClasses({ ...bunHttpClasses(frames), ...http2Classes(frames) });
  patchBunReadableStreams(frames);
  patchBunSignals(frames);
  patchBunPerformanceObservers(frames);
}
