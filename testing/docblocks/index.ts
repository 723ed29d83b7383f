/**
 * Tests the docblocks of a package: each public function, class and method has an example, and each example prints what
 * its comments show. Tests the README of a package as well, which npm shows outside of the repository.
 */
export { expectedLines, runExample } from './example-program.js';
export { type DocblockTestOptions, testDocblocks } from './test-docblocks.js';
export { testReadme } from './test-readme.js';
