/**
 * Where the helpers are that transformed code imports. A file that is part of a dependency may not find them by itself:
 * then it gets those of the application.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OWN_PACKAGE } from '../untransformed-files.js';

export const HELPERS = 'throughline/await';

export const HELPERS_URL = pathToFileURL(createRequire(join(OWN_PACKAGE, 'package.json')).resolve(HELPERS)).href;
