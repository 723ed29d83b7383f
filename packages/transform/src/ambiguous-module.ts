/** Files of which nobody says whether they are CommonJS: Node takes them for it if they can be, and so do we. */
import { parse } from './parse.js';
import { type TransformOptions, type TransformResult, transform } from './transform.js';
import { TransformError } from './transform-error.js';

export function transformEither(code: string, options: TransformOptions): TransformResult | undefined {
  try {
    const result = transform(code, { ...options, sourceType: 'commonjs' });
    if (result === undefined || !isTypedModule(code, options)) return result;
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    try {
      return transform(code, { ...options, sourceType: 'module' });
    } catch (other) {
      // The reading that got further is the one that was meant.
      throw other instanceof TransformError && other.pos < error.pos ? error : other;
    }
  }
  return transform(code, { ...options, sourceType: 'module' });
}

/** TypeScript allows `import` and `export` in files that become CommonJS, so its parser takes them in both readings. */
function isTypedModule(code: string, { filename, lang }: TransformOptions): boolean {
  const isTyped = lang === undefined ? /\.[cm]?tsx?$/.test(filename) : lang.startsWith('ts');
  return isTyped && parse(code, filename, lang, 'commonjs').module.hasModuleSyntax;
}
