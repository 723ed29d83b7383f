/**
 * `import 'throughline/global'` defines `globalThis.AsyncContext` if the runtime has none. A native one is kept.
 *
 * @example
 * import 'throughline/global';
 *
 * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
 * console.log(locale.run('fr', () => locale.get())); // fr
 */
import { AsyncContext as implementation } from './async-context.js';

declare global {
  /** TC39's AsyncContext, defined by `throughline/global` if the runtime has none. */
  var AsyncContext: typeof implementation;
}

if (!('AsyncContext' in globalThis)) {
  Object.defineProperty(globalThis, 'AsyncContext', { value: implementation, writable: true, configurable: true });
}
