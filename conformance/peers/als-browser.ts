/** als-browser, which has Node's AsyncLocalStorage and nothing else. Its README does not require a build step. */
import { AsyncLocalStorage } from 'als-browser';
import type { Implementation } from '../case.js';
import { MissingAsyncResource } from './missing-features.js';

// Its own types are equivalent, except for what it does not have.
export const implementation = { AsyncLocalStorage, AsyncResource: MissingAsyncResource } as unknown as Implementation;
