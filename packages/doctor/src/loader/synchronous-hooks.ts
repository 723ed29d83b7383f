/** The hooks for `module.registerHooks`, which run in the application's thread, both for `import` and for `require`. */
import module, { type RegisterHooksOptions } from 'node:module';
import { replaceMethod } from '../runtime/replace-method.js';
import { instrumentLoadedFile, type LoaderState } from './instrument-loaded-file.js';

/**
 * Registers the hooks. The hooks that are registered last see what all others have made of a file, so they are registered
 * again whenever another loader registers its own.
 */
export function registerSynchronousHooks(state: LoaderState): void {
  const hooks: RegisterHooksOptions = {
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (loaded.source == null) return loaded;
      const source = instrumentLoadedFile(loaded.source, url, loaded.format, state);
      return source === undefined ? loaded : { ...loaded, source };
    },
  };
  const { registerHooks } = module;
  let registered = registerHooks(hooks);
  replaceMethod(module, 'registerHooks', () => {
    return (others: RegisterHooksOptions) => {
      registered.deregister();
      try {
        return registerHooks(others);
      } finally {
        // Also if `registerHooks()` has thrown, because the argument is not an object of hooks.
        registered = registerHooks(hooks);
      }
    };
  });
}
