/** What the standalone files contain: all that a page needs which loads the package without a build step. */
export { AsyncContext } from '../async-context.js';
export { AsyncLocalStorage } from '../async-local-storage.js';
export { AsyncResource } from '../async-resource.js';
export { install } from '../web/install.js';
