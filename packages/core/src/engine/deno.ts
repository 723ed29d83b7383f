/**
 * Deno: selects one of two engines by what this version of Deno provides. The first storage patches what Deno calls in
 * another frame than Node.
 */
import { installForDeno } from '../runtimes/deno.js';
import * as asyncContextMapping from './async-context-mapping.js';
import type { Engine } from './engine.js';
import { followWithPatches } from './follow-with-patches.js';
import * as native from './native.js';

export { AsyncResource } from '../runtimes/async-resource.js';

// Each engine knows only its own kind of holder, and receives no other.
const engine = (asyncContextMapping.isAvailable ? asyncContextMapping : native) as Engine<object | undefined>;

export const {
  noteValue,
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

export const follow = /* @__PURE__ */ followWithPatches(engine, installForDeno);
