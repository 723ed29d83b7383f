import { browsers } from './browsers/browser-suite.js';
import { requests } from './requests/request-suite.js';
import { servers } from './servers/server-suite.js';
import type { Suite, SuiteName } from './suite/suite.js';
import { transform } from './transform/transform-suite.js';

/** In the order of the README. */
export const SUITES: Readonly<Record<SuiteName, Suite>> = { servers, browsers, transform, requests };
