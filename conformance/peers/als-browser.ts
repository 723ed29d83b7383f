/** als-browser, which has Node's AsyncLocalStorage and nothing else. Its README asks for no build step. */
import { AsyncLocalStorage } from 'als-browser';
import type { Implementation } from '../case.js';
import { NoAsyncResource } from './missing-features.js';

// Its own types say the same in other words, but for what it does not have.
export const implementation = { AsyncLocalStorage, AsyncResource: NoAsyncResource } as unknown as Implementation;
