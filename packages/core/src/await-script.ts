/** For classic scripts built with `@throughline/transform`: they cannot import, and find here what they call. */
import * as helpers from './await.js';
import { share } from './engine/current.js';

share('await', () => helpers);
