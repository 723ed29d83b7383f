/**
 * Tests the docblocks of a package: each public function, class and method has an example, and each example prints what
 * its comments show. Tests the README of a package as well, which npm shows outside of the repository.
 */
export { examplesOf, expectedLines, expectedResponses, type RunOptions, runExample } from './example-program.js';
export { type PublicDeclaration, readPublicDeclarations } from './public-declarations.js';
export { type DocblockTestOptions, testDocblocks } from './test-docblocks.js';
export { testReadme } from './test-readme.js';
