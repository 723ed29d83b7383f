/** The hooks for older Nodes, which ask them in a thread of its own, and about ES modules only. */
import type { LoadHook, ResolveHook } from 'node:module';
import { HELPERS, HELPERS_URL } from './helper-url.js';
import { transformLoaded } from './transform-loaded-file.js';

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (specifier !== HELPERS) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, context);
  } catch {
    return { url: HELPERS_URL, format: 'module', shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  // CommonJS comes without its source here, and is read by the loader that `patch-commonjs-loader.ts` patches.
  if (loaded.source == null || loaded.format === 'commonjs') return loaded;
  const source = transformLoaded(loaded.source, url, loaded.format);
  return source === undefined ? loaded : { ...loaded, source };
};
