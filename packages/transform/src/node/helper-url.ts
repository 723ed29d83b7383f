/**
 * The URL at which transformed code finds its helpers. A file of a dependency may not be able to resolve
 * `throughline/await` from its own location. It then uses the copy of the application.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { THROUGHLINE_DIRECTORY } from '../untransformed-files.js';

const require = createRequire(join(THROUGHLINE_DIRECTORY, 'package.json'));

export const HELPER_URL = pathToFileURL(require.resolve(HELPER_SPECIFIER)).href;
