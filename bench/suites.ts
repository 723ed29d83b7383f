import { browsers } from './browsers/suite.js';
import { requests } from './requests/suite.js';
import { servers } from './servers/suite.js';
import type { Suite, SuiteName } from './suite.js';
import { transform } from './transform/suite.js';

/** In the order of the README. */
export const SUITES: Readonly<Record<SuiteName, Suite>> = { servers, browsers, transform, requests };
