/**
 * Builds pages of lowered code: the constructs, and what runs them. There are three ways to combine a build tool with
 * Throughline, one for each table in docs/transform.md.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@throughline/transform';
import { build, transform as transformWithEsbuild } from 'esbuild';
import type { LoweringTool } from './lowering-tools.js';

export const COMBINATIONS = [
  // The build tool lowers the whole page, Throughline included: `target` of a bundler.
  'transformed, then lowered',
  // The transform receives lowered code: dependencies, and files that a loader compiles.
  'lowered, then transformed',
  // A page without the transform, which is lowered as a whole.
  'lowered, intercepted',
] as const;

export type Combination = (typeof COMBINATIONS)[number];

export interface LoweredPageOptions {
  /** The option of the transform. */
  readonly generators?: 'next' | 'creation';
  /** Whether the build tool leaves Throughline's own files alone, as one that lowers file by file does. */
  readonly isThroughlineExcluded?: boolean;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** The file itself, because the compiler of this repository lowers some of the constructs. */
const CONSTRUCTS_SOURCE = new URL('../../lowering/constructs.ts', import.meta.url);

/**
 * Builds a page as one module, which sets `globalThis.result` to a promise of the outcomes and of how `await` is
 * followed.
 */
export async function buildLoweredPage(
  combination: Combination,
  tool: LoweringTool,
  target: string,
  { generators = 'next', isThroughlineExcluded = false }: LoweredPageOptions = {},
): Promise<string> {
  const isTransformed = combination !== 'lowered, intercepted';
  const lower = (code: string) => tool.lower(code, target);
  const result = await build({
    stdin: {
      contents: `${isTransformed ? `import '@throughline/transform/install';` : ''}
import { install } from 'throughline/web';
import { runConstructs } from './run-constructs.js';
globalThis.result = runConstructs().then((outcomes) => ({ outcomes, await: install().report.await }));`,
      resolveDir: FOLDER,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'esnext',
    conditions: ['throughline-portable'],
    logLevel: 'error',
    plugins: [
      {
        name: 'lowering',
        setup({ onLoad }) {
          onLoad({ filter: /lowering[\\/](?:run-)?constructs\.js$/ }, async ({ path }) => {
            let code = await readFile(path, 'utf8');
            if (!path.includes('run-')) {
              const source = await readFile(CONSTRUCTS_SOURCE, 'utf8');
              code = (await transformWithEsbuild(source, { loader: 'ts', target: 'esnext' })).code;
              if (combination === 'lowered, then transformed') code = await lower(code);
            }
            if (isTransformed) code = transform(code, { filename: path, generators })?.code ?? code;
            return { contents: isThroughlineExcluded ? await lower(code) : code };
          });
        },
      },
    ],
  });
  const code = result.outputFiles?.[0]?.text ?? '';
  return combination === 'lowered, then transformed' || isThroughlineExcluded ? code : lower(code);
}
