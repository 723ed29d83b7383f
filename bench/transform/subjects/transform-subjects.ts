import { requireEntry } from '../../measure/require-entry.js';
import type { AsyncRewriter } from './async-rewriter.js';

/** By their names in transform-suite.ts. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly rewrite: AsyncRewriter }>>> = {
  throughline: () => import('./throughline-transform.js'),
  esbuild: () => import('./esbuild-lowering.js'),
  babel: () => import('./babel-async-to-generator.js'),
};

/** Loads one tool and none of the others. */
export async function loadRewriter(name: string | undefined): Promise<AsyncRewriter> {
  const { rewrite } = await requireEntry(LOADERS, name)();
  return rewrite;
}
