import { transform } from '@throughline/transform';
import type { Tool } from './async-rewriter.js';

export const tool: Tool = (code, filename) => {
  const result = transform(code, { filename });
  return result === undefined ? { code } : { code: result.code, map: result.map.toString() };
};
