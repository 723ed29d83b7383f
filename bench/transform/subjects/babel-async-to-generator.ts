import { fileURLToPath } from 'node:url';
import { transformAsync } from '@babel/core';
import type { AsyncRewriter } from './async-rewriter.js';

const asyncToGenerator = fileURLToPath(import.meta.resolve('@babel/plugin-transform-async-to-generator'));

export const rewrite: AsyncRewriter = async (code, filename) => {
  const result = await transformAsync(code, {
    filename,
    plugins: [asyncToGenerator],
    sourceMaps: true,
    // A module or a script, depending on the code.
    sourceType: 'unambiguous',
    // By default, Babel omits whitespace from large files, and the output sizes would show that.
    compact: false,
    babelrc: false,
    configFile: false,
  });
  if (typeof result?.code !== 'string') throw new Error(`Babel returned no code for ${filename}.`);
  return { code: result.code, map: JSON.stringify(result.map) };
};
