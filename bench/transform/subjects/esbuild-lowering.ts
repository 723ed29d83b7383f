/** esbuild with the target ES2016. It lowers async functions, and everything else that is newer than ES2016. */
import { transform } from 'esbuild';
import type { AsyncRewriter } from './async-rewriter.js';

export const rewrite: AsyncRewriter = (code, sourcefile) =>
  transform(code, {
    sourcefile,
    sourcemap: 'external',
    target: 'es2016',
    supported: { 'dynamic-import': true },
    logLevel: 'silent',
  });
