export { AsyncContext } from './async-context.js';
export { AsyncLocalStorage, type AsyncLocalStorageOptions } from './async-local-storage.js';
export { AsyncResource } from './async-resource.js';
export type { RunScope } from './run-scope.js';
