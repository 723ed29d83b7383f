/**
 * Bundles the cases with what runs them, for a page or for Node, built as the users of each implementation build their own
 * code.
 */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';
import type { Mode, Peer } from '../implementations.js';

interface Recipe {
  /** Leaves the implementation in `implementation`. It stands before all other code. */
  readonly source: string;
  readonly options?: BuildOptions;
  /** Chapters about an API that is not the peer's own. */
  readonly without?: readonly string[];
}

/** Without native async functions, but for `import()`, which pages have had for longer. */
const lowered = (target: string): BuildOptions => ({ target, supported: { 'dynamic-import': true } });

const ours = `import * as implementation from 'throughline';`;

const recipes: Readonly<Record<Mode | Peer, Recipe>> = {
  transform: { source: ours, options: { plugins: [throughline()] } },
  interception: { source: ours },
  both: {
    source: `${ours}
import { install } from 'throughline/web';
install({ await: true });`,
    options: { plugins: [throughline()] },
  },
  'zone.js': {
    source: `import { implementation } from '../peers/zone.js';`,
    options: lowered('es2016'),
    without: ['AsyncLocalStorage', 'AsyncResource'],
  },
  'als-browser': {
    source: `import { implementation } from '../peers/als-browser.js';`,
    without: ['AsyncResource'],
  },
  'simple-async-context': {
    source: `import { implementation } from '../peers/simple-async-context.js';`,
    options: lowered('es2015'),
    without: ['AsyncLocalStorage', 'AsyncResource'],
  },
};

/**
 * @param host the module with `runHere`, which is given the implementation and the chapters to leave out
 * @returns one module
 */
export async function bundle(name: Mode | Peer, host: 'page-host' | 'portable-process-host'): Promise<string> {
  const { source, options, without = [] } = recipes[name];
  const result = await build({
    stdin: {
      contents: `${source}
import { runHere } from './entry-points/${host}.js';
runHere(implementation, ${JSON.stringify(without)});`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['throughline-portable'],
    target: 'esnext',
    // A page has none of Node's modules: it refuses the import, and the case is absent.
    external: ['node:*'],
    logLevel: 'silent',
    ...options,
  });
  return result.outputFiles?.[0]?.text ?? '';
}
