/** Lowers async functions, and what else ES2016 lacks. */
import { transform } from 'esbuild';
import type { Tool } from './async-rewriter.js';

export const tool: Tool = (code, sourcefile) =>
  transform(code, {
    sourcefile,
    sourcemap: 'external',
    target: 'es2016',
    supported: { 'dynamic-import': true },
    logLevel: 'silent',
  });
