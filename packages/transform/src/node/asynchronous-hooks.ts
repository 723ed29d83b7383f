/**
 * The hooks for `module.register`, on versions of Node without `module.registerHooks`. They run in a separate thread,
 * and only for ES modules.
 * @see https://nodejs.org/api/module.html#asynchronous-customization-hooks
 */
import type { LoadHook, ResolveHook } from 'node:module';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { HELPER_URL } from './helper-url.js';
import { transformLoadedFile } from './transform-loaded-file.js';

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (specifier !== HELPER_SPECIFIER) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, context);
  } catch {
    return { url: HELPER_URL, format: 'module', shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  // The source of a CommonJS module is not available here. `patch-commonjs-loader.ts` transforms it.
  if (loaded.source == null || loaded.format === 'commonjs') return loaded;
  const source = transformLoadedFile(loaded.source, url, loaded.format);
  return source === undefined ? loaded : { ...loaded, source };
};
