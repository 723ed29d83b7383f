/** For classic scripts built with `@throughline/transform`: they cannot import, and find here what they call. */

import { share } from '../engine/current.js';
import * as helpers from './entry.js';

share('await', () => helpers);
