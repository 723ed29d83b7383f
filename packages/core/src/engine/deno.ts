/** Deno: selects one of two engines by what this version of Deno provides. */
import { AsyncResource } from 'node:async_hooks';
import * as asyncContextMapping from './async-context-mapping.js';
import type { Engine } from './engine.js';
import * as native from './native.js';

export { AsyncResource };

// Each engine knows only its own kind of holder, and receives no other.
const engine = (asyncContextMapping.isAvailable ? asyncContextMapping : native) as Engine<object | undefined>;

export const {
  follow,
  getHolder,
  getFrame,
  pushFrame,
  popFrame,
  enterFrame,
  restoreAtJobEnd,
  runInFrame,
  captureContext,
  share,
} = engine;
