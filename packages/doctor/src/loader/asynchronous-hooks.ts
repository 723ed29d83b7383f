/**
 * The hooks for `module.register`, for versions of Node without `module.registerHooks`. They run in a separate thread
 * and only for ES modules, so they send the tables of the files, and the skipped files, to the thread of the application.
 */
import type { InitializeHook, LoadHook } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import { instrumentLoadedFile, type LoaderState, type SourceMaps } from './instrument-loaded-file.js';

/** What the thread of the application sends. */
export interface HooksData {
  readonly port: MessagePort;
  readonly dependencies: boolean;
  readonly isForced: boolean;
  readonly sourceMaps: SourceMaps;
}

/** The sites of this thread have other numbers than those of the application's. */
const FIRST_SITE = 2 ** 40;

let state: LoaderState | undefined;

export const initialize: InitializeHook<HooksData> = ({ port, dependencies, isForced, sourceMaps }) => {
  state = {
    dependencies,
    isForced,
    sourceMaps: () => sourceMaps,
    addTable: (table) => port.postMessage(table),
    addSkippedFile: (file) => port.postMessage(file),
    unchanged: new Map(),
    nextSite: FIRST_SITE,
  };
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  // The source of a CommonJS module is not available here.
  if (state === undefined || loaded.source == null || loaded.format === 'commonjs') return loaded;
  const source = instrumentLoadedFile(loaded.source, url, loaded.format, state);
  return source === undefined ? loaded : { ...loaded, source };
};
