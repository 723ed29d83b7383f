/**
 * Files whose module type is stated neither by the extension nor by a package.json. Like Node, this module treats such
 * a file as CommonJS if it parses as CommonJS, and as an ES module otherwise.
 */
import { parse } from './parse/parse.js';
import { TransformError } from './parse/transform-error.js';
import { type TransformOptions, type TransformResult, transform } from './transform.js';

export function transformAmbiguousModule(code: string, options: TransformOptions): TransformResult | undefined {
  try {
    const result = transform(code, { ...options, sourceType: 'commonjs' });
    if (result === undefined || !isTypeScriptModule(code, options)) return result;
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    try {
      return transform(code, { ...options, sourceType: 'module' });
    } catch (moduleError) {
      // The file fails to parse either way. The attempt that got further is likely to be what its author meant.
      throw moduleError instanceof TransformError && moduleError.pos < error.pos ? error : moduleError;
    }
  }
  return transform(code, { ...options, sourceType: 'module' });
}

/**
 * TypeScript accepts `import` and `export` in files that are compiled to CommonJS, so its parser accepts them in either
 * type.
 */
function isTypeScriptModule(code: string, { filename, lang }: TransformOptions): boolean {
  const isTypeScript = lang === undefined ? /\.[cm]?tsx?$/.test(filename) : lang.startsWith('ts');
  return isTypeScript && parse(code, filename, lang, 'commonjs').module.hasModuleSyntax;
}
