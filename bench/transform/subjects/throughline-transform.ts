import { transform } from '@throughline/transform';
import type { AsyncRewriter } from './async-rewriter.js';

export const rewrite: AsyncRewriter = (code, filename) => {
  const result = transform(code, { filename });
  return result === undefined ? { code } : { code: result.code, map: result.map.toString() };
};
