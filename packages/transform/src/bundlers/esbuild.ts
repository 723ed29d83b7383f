/**
 * The plugin for esbuild. Not through unplugin, whose esbuild plugins cannot resolve an import to a file, nor report an
 * error with its place.
 */
import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import type { Loader, OnLoadArgs, OnLoadResult, Plugin, PluginBuild } from 'esbuild';
import { findOwnPackage, isOwnFile } from '../throughline-package.js';
import { transform } from '../transform.js';
import { TransformError } from '../transform-error.js';
import { ASYNC_HOOKS, INSTALL_FILE, type PluginOptions } from './plugin-options.js';

const LOADERS: Readonly<Record<string, Loader>> = {
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
};

export default function throughline(options: PluginOptions = {}): Plugin {
  return { name: 'throughline', setup: (build) => setup(build, options) };
}

function setup(build: PluginBuild, options: PluginOptions): void {
  const { initialOptions } = build;
  const isServer = initialOptions.platform === 'node';
  if (isServer && !options.server) return;
  // Vite looks for dependencies with the plugins that it bundles them with; there the files are only read.
  if (initialOptions.plugins?.some(({ name }) => name === 'vite:dep-scan')) return;
  const root = initialOptions.absWorkingDir ?? process.cwd();
  const ownPackage = findOwnPackage(root);

  build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, (args) =>
    isOwnFile(args.path, ownPackage) ? undefined : load(args, options, initialOptions.loader ?? {}),
  );
  build.onResolve({ filter: /^throughline\/await$/ }, async (args) => {
    if (args.pluginData === RESOLVING) return undefined;
    const { kind, importer } = args;
    for (const resolveDir of [args.resolveDir, ownPackage]) {
      const found = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: RESOLVING });
      if (found.errors.length === 0) return found;
    }
    return undefined;
  });
  if (isServer) return;

  build.onResolve({ filter: ASYNC_HOOKS }, ({ kind, importer }) =>
    build.resolve('throughline/async_hooks', { kind, importer, resolveDir: ownPackage }),
  );
  if (initialOptions.bundle && options.install !== false) {
    initialOptions.inject = [INSTALL_FILE, ...(initialOptions.inject ?? [])];
  }
}

const RESOLVING = Symbol();

async function load(
  { path }: OnLoadArgs,
  options: PluginOptions,
  loaders: Readonly<Record<string, Loader>>,
): Promise<OnLoadResult | undefined> {
  const ending = extname(path);
  const loader = loaders[ending] ?? LOADERS[ending] ?? 'js';
  if (!['js', 'jsx', 'ts', 'tsx'].includes(loader)) return undefined;
  const code = await readFile(path, 'utf8');
  try {
    const lang = loader === 'ts' || loader === 'tsx' ? loader : 'jsx';
    const result = transform(code, { ...options, filename: path, lang });
    if (result === undefined) return undefined;
    const contents = `${result.code}\n//# sourceMappingURL=${result.map.toUrl()}`;
    return { contents, loader, resolveDir: dirname(path) };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    const { file, line, column } = error.loc;
    const lineText = code.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? '';
    return { errors: [{ text: error.reason, location: { file, line, column, lineText } }] };
  }
}
