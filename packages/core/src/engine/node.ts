/** Node: which of the three engines it is, is found by looking at what differs, not by a version. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import * as contextFrame from './context-frame.js';
import type { Engine } from './engine.js';
import * as native from './native.js';
import * as asyncHooks from './node-hooks.js';

export { AsyncResource };

/**
 * Where Node follows its storages with async hooks, each has a symbol for its place in a resource. To set a value and see
 * where it goes would be the better question, but V8 runs every `await` a third slower once a hook has been on, and
 * whoever imports Throughline and makes no storage should not pay. If the symbol is one day called otherwise, the answer is
 * the native engine, which is right on every Node.
 */
const followsWithHooks = 'kResourceStore' in new AsyncLocalStorage();

const engine: Engine = followsWithHooks ? asyncHooks : contextFrame.isFound ? contextFrame : native;

export const { follow, place, get, push, pop, enter, settle, runApart, captureScope, share } = engine;
