/**
 * Checks that `import` returns the class that has been replaced, on Bun. Bun copies the exports of `node:async_hooks` when
 * it links the first module that imports it: before any code of that module runs, or of the modules that it imports. A
 * class that is replaced afterwards is what `require` returns, but not `import`, and nothing changes that.
 */
import type * as AsyncHooks from 'node:async_hooks';
import module from 'node:module';

const PROBE = 'data:text/javascript,export { AsyncLocalStorage } from "node:async_hooks"';

/** @throws {Error} if a module that imports `node:async_hooks` from now on gets another class */
export function updateImports(asyncHooks: typeof AsyncHooks): void {
  // Bun requires ES modules synchronously. The path only has to be absolute.
  const { AsyncLocalStorage } = module.createRequire(process.execPath)(PROBE) as { AsyncLocalStorage: unknown };
  if (AsyncLocalStorage === asyncHooks.AsyncLocalStorage) return;
  throw new Error(
    'throughline/register was loaded too late: a module has imported node:async_hooks before, and Bun keeps the class ' +
      'that it imported then, so import and require would return two classes. Nothing was replaced. Load it before every ' +
      'other module: put --preload throughline/register before every other --preload, or make it the first entry of ' +
      'preload in bunfig.toml, and do not import it in a module of the program.',
  );
}
