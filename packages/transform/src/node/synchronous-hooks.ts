/**
 * The hooks for `module.registerHooks`, which run in the application's thread, both for `import` and for `require`.
 * @see https://nodejs.org/api/module.html#synchronous-customization-hooks
 */
import type { RegisterHooksOptions } from 'node:module';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { HELPER_URL } from './helper-url.js';
import { transformLoadedFile } from './transform-loaded-file.js';

export const synchronousHooks: RegisterHooksOptions = {
  resolve(specifier, context, nextResolve) {
    if (specifier !== HELPER_SPECIFIER) return nextResolve(specifier, context);
    try {
      return nextResolve(specifier, context);
    } catch {
      return { url: HELPER_URL, format: 'module', shortCircuit: true };
    }
  },

  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (loaded.source == null) return loaded;
    const source = transformLoadedFile(loaded.source, url, loaded.format);
    return source === undefined ? loaded : { ...loaded, source };
  },
};
