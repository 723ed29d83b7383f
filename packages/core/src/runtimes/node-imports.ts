/** Makes `import` return the class that has been replaced, on Node: the bindings of the modules for `import` are live. */
import type * as AsyncHooks from 'node:async_hooks';
import module from 'node:module';

export function updateImports(_asyncHooks: typeof AsyncHooks): void {
  module.syncBuiltinESMExports();
}
