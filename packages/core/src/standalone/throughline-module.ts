/** The contents of the standalone files: everything that a page without a build step needs. */
export { AsyncContext } from '../async-context.js';
export { AsyncLocalStorage } from '../async-local-storage.js';
export { AsyncResource } from '../async-resource.js';
export { install } from '../web/install.js';
