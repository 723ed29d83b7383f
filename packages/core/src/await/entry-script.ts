/**
 * `throughline/await-script`: for classic scripts built with `@throughline/transform`. A script cannot import, so the
 * functions that it calls are made available as a property of the page's shared objects.
 */
import * as functions from '#await';
import { current } from '../engine/current.js';
import { share } from '../engine/shared-state.js';
import type { EmittedImports } from './emitted-code.js';

share('await', (): EmittedImports => functions);
current.isTransformed = true;
