/** `import 'throughline/global'` defines `globalThis.AsyncContext` where the runtime has none, and leaves a real one alone. */
import { AsyncContext as ours } from './async-context.js';

declare global {
  var AsyncContext: typeof ours;
}

if (!('AsyncContext' in globalThis)) {
  Object.defineProperty(globalThis, 'AsyncContext', { value: ours, writable: true, configurable: true });
}
