/** Files of which nobody says whether they are CommonJS: Node takes them for it if they can be, and so do we. */
import { TransformError } from './parse.js';
import { type TransformOptions, type TransformResult, transform } from './transform.js';

export function transformEither(code: string, options: TransformOptions): TransformResult | undefined {
  try {
    return transform(code, { ...options, sourceType: 'commonjs' });
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    try {
      return transform(code, { ...options, sourceType: 'module' });
    } catch (other) {
      // The reading that got further is the one that was meant.
      throw other instanceof TransformError && other.pos < error.pos ? error : other;
    }
  }
}
