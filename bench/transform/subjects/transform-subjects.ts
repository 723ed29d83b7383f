import { pick } from '../../measure/require-entry.js';
import type { Tool } from './async-rewriter.js';

const TOOLS: Readonly<Record<string, () => Promise<{ readonly tool: Tool }>>> = {
  throughline: () => import('./throughline-transform.js'),
  esbuild: () => import('./esbuild-lowering.js'),
  babel: () => import('./babel-async-to-generator.js'),
};

/** Loads one tool, by its name in transform-suite.ts, and none of the others. */
export async function loadTool(name: string): Promise<Tool> {
  const { tool } = await pick(TOOLS, name)();
  return tool;
}
