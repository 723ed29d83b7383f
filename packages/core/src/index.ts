export { AsyncContext } from './async-context.js';
export {
  AsyncLocalStorage,
  type AsyncLocalStorageOptions,
  type LatestAsyncLocalStorage,
} from './async-local-storage.js';
export { AsyncResource } from './async-resource.js';
export type { RunScope } from './run-scope.js';
