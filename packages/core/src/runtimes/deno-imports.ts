/**
 * Makes `import` return the class that has been replaced, on Deno. The modules of Deno for `import` do not change, so a
 * hook loads another module in place of `node:async_hooks`. Modules that were linked before keep Deno's own class: all
 * modules of the program if one of them imports `throughline/register`. Deno does not show which these are, so a warning
 * is emitted when one of them uses a storage.
 */
import type * as AsyncHooks from 'node:async_hooks';
import module from 'node:module';
import { isOwnStorage, RuntimeAsyncLocalStorage } from '../engine/runtime-storage.js';
import { overrideMethod } from './override-method.js';

/** @throws {Error} if this version of Deno has no hooks */
export function updateImports(asyncHooks: typeof AsyncHooks): void {
  if (typeof module.registerHooks !== 'function') {
    throw new Error(
      'throughline/register requires a version of Deno that has registerHooks() of node:module: without it, import would ' +
        'still return the AsyncLocalStorage of Deno. Nothing was replaced. Update Deno.',
    );
  }
  const names = Object.keys(asyncHooks).filter((name) => name !== 'default');
  const code = `const asyncHooks = process.getBuiltinModule('node:async_hooks');
export const { ${names.join(', ')} } = asyncHooks;
export default asyncHooks;`;
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  module.registerHooks({
    resolve: (specifier, context, nextResolve) =>
      (specifier === 'node:async_hooks' || specifier === 'async_hooks') && context.conditions.includes('import')
        ? { url, shortCircuit: true }
        : nextResolve(specifier, context),
  });
  let hasWarned = false;
  for (const name of ['run', 'enterWith']) {
    overrideMethod(RuntimeAsyncLocalStorage.prototype, name, (native) => {
      return function (...args) {
        if (!hasWarned && !isOwnStorage(this)) {
          hasWarned = true;
          warnOfEarlyImport();
        }
        return Reflect.apply(native, this, args);
      };
    });
  }
}

function warnOfEarlyImport(): void {
  process.emitWarning(
    "An AsyncLocalStorage of Deno's own class is used beside those of throughline/register: a module has imported " +
      'node:async_hooks before throughline/register was loaded. The values of both are right, but import and require ' +
      'return two classes. Load throughline/register before every other module: deno run --preload ' +
      'npm:throughline/register, before every other --preload. An import in a module of the program is too late.',
  );
}
