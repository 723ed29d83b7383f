/**
 * Whether a file is CommonJS or an ES module, if neither its extension nor a package.json states it. The bundlers decide
 * this by their own rules. The helpers must be added in the way that leaves the decision as it is: an `import` turns a
 * CommonJS module into an ES module, in which `exports` and a top-level `this` are undefined.
 */
import type { ParsedFile } from '../parse/parse.js';
import type { SourceTypeRule } from '../transform.js';

/** An `import` or `export` declaration makes a file an ES module for every bundler. */
const hasModuleDeclaration = ({ program }: ParsedFile): boolean =>
  program.body.some(({ type }) => /^(?:Import|Export.*)Declaration$/.test(type));

/**
 * For webpack and Rspack, `import.meta` and a top-level `await` do not change what precedes them. Development tools append
 * `import.meta` to CommonJS modules too.
 */
export const sourceTypeInWebpack: SourceTypeRule = (file) => (hasModuleDeclaration(file) ? 'module' : 'commonjs');
