/** The hooks for Nodes that ask them for every file, at once and in the same thread: import and require alike. */
import type { RegisterHooksOptions } from 'node:module';
import { HELPERS, HELPERS_URL } from './helper-url.js';
import { transformLoaded } from './transform-loaded-file.js';

export const moduleHooks: RegisterHooksOptions = {
  resolve(specifier, context, nextResolve) {
    if (specifier !== HELPERS) return nextResolve(specifier, context);
    try {
      return nextResolve(specifier, context);
    } catch {
      return { url: HELPERS_URL, format: 'module', shortCircuit: true };
    }
  },

  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (loaded.source == null) return loaded;
    const source = transformLoaded(loaded.source, url, loaded.format);
    return source === undefined ? loaded : { ...loaded, source };
  },
};
