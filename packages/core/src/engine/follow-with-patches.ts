import type { FrameAccess } from '../runtimes/frame-access.js';
import type { Engine } from './engine.js';

/**
 * Returns the `follow()` of an engine for a runtime that calls some callbacks in another frame than Node: the first storage
 * also installs the patches for it.
 */
export function followWithPatches<Holder>(
  engine: Pick<Engine<Holder>, 'follow' | 'getHolder' | 'getFrame' | 'runInFrame'>,
  install: (frames: FrameAccess) => void,
): () => void {
  let isInstalled = false;
  return () => {
    engine.follow();
    if (isInstalled) return;
    isInstalled = true;
    install({ getCurrentFrame: () => engine.getFrame(engine.getHolder()), runInFrame: engine.runInFrame });
  };
}
