/**
 * Bundles the cases with the code that runs them, for a page or for Node. Each implementation is built as its users
 * build their own programs.
 */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';
import type { Peer, PortableMode } from '../implementations.js';

interface Recipe {
  /** The first statements of the bundle. They declare the variable `implementation`. */
  readonly source: string;
  readonly options?: BuildOptions;
  /** The titles of the chapters about an API that the peer does not have. */
  readonly excludedChapters?: readonly string[];
}

/** Compiles async functions to older syntax. `import()` remains, because browsers had it before. */
const lowered = (target: string): BuildOptions => ({ target, supported: { 'dynamic-import': true } });

/** For engines without modules: `import()` becomes a call of `require`, which rejects because there is none. */
const script: BuildOptions = { format: 'iife', supported: { 'dynamic-import': false, using: false } };

const importThroughline = `import * as implementation from 'throughline';`;

const recipes: Readonly<Record<PortableMode | Peer, Recipe>> = {
  transform: { source: importThroughline, options: { plugins: [throughline()] } },
  interception: { source: importThroughline },
  both: {
    source: `${importThroughline}
import { install } from 'throughline/web';
install({ await: true });`,
    options: { plugins: [throughline()] },
  },
  'zone.js': {
    source: `import { implementation } from '../peers/zone.js';`,
    options: lowered('es2016'),
    excludedChapters: ['AsyncLocalStorage', 'AsyncResource'],
  },
  'als-browser': {
    source: `import { implementation } from '../peers/als-browser.js';`,
    excludedChapters: ['AsyncResource'],
  },
  'simple-async-context': {
    source: `import { implementation } from '../peers/simple-async-context.js';`,
    options: lowered('es2015'),
    excludedChapters: ['AsyncLocalStorage', 'AsyncResource'],
  },
};

/**
 * @param host the module whose `runHost` is called with the implementation and the titles of the excluded chapters
 * @returns the code of an ES module, or of a script for an engine, which has no modules
 */
export async function bundleCases(
  name: PortableMode | Peer,
  host: 'page-host' | 'portable-process-host' | 'engine-host',
): Promise<string> {
  const { source, options, excludedChapters = [] } = recipes[name];
  const result = await build({
    stdin: {
      contents: `${source}
import { runHost } from './entry-points/${host}.js';
runHost(implementation, ${JSON.stringify(excludedChapters)});`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['throughline-portable'],
    target: 'esnext',
    // A page has none of Node's modules: the import rejects, and the case is absent.
    external: ['node:*'],
    logLevel: 'silent',
    ...options,
    ...(host === 'engine-host' && script),
  });
  return result.outputFiles?.[0]?.text ?? '';
}
