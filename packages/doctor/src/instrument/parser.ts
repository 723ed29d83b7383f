/**
 * The parser, which is loaded when the first file is instrumented: it takes longer to load than all of the doctor, and
 * a process whose files are all left alone does not need it.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

let loaded: typeof import('oxc-parser') | undefined;

export function parser(): typeof import('oxc-parser') {
  loaded ??= require('oxc-parser') as typeof import('oxc-parser');
  return loaded;
}
