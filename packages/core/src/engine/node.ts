/** Node: selects one of three engines by what distinguishes them, not by a version. */
import { AsyncResource } from 'node:async_hooks';
import * as contextFrame from './context-frame.js';
import type { Engine } from './engine.js';
import * as native from './native.js';
import * as nodeHooks from './node-hooks.js';
import { storage } from './runtime-storage.js';

export { AsyncResource };

/**
 * If Node follows its storages with async hooks, each has a symbol under which resources hold its value. Setting a
 * value and checking where it is stored would be a more direct test. But V8 runs every `await` a third slower once a
 * hook has been enabled, and a program that imports Throughline without creating a storage must not become slower. If a
 * future Node renames the symbol, the native engine is selected, which is correct on every Node.
 */
const followsWithHooks = 'kResourceStore' in storage;

// Node 24 and newer enable a hook for each storage that exists.
if (followsWithHooks) storage.disable();

// Each engine knows only its own kind of holder, and receives no other.
const engine = (followsWithHooks ? nodeHooks : contextFrame.isAvailable ? contextFrame : native) as Engine<
  object | undefined
>;

export const {
  follow,
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
