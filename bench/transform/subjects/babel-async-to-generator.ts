import { fileURLToPath } from 'node:url';
import { transformAsync } from '@babel/core';
import type { Tool } from './async-rewriter.js';

const asyncToGenerator = fileURLToPath(import.meta.resolve('@babel/plugin-transform-async-to-generator'));

export const tool: Tool = async (code, filename) => {
  const result = await transformAsync(code, {
    filename,
    plugins: [asyncToGenerator],
    sourceMaps: true,
    // A module or a script, as the code has it.
    sourceType: 'unambiguous',
    // Babel leaves out blanks of long files otherwise, and the sizes would say that.
    compact: false,
    babelrc: false,
    configFile: false,
  });
  if (typeof result?.code !== 'string') throw new Error(`Babel gave nothing for ${filename}`);
  return { code: result.code, map: JSON.stringify(result.map) };
};
