/**
 * The plugin for esbuild. It does not use unplugin, whose esbuild plugins can neither resolve an import to a file nor
 * report an error with its position.
 */
import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import type { BuildOptions, Loader, OnLoadArgs, OnLoadResult, PartialMessage, Plugin, PluginBuild } from 'esbuild';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { TransformError } from '../parse/transform-error.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { transform } from '../transform.js';
import { isLoadedByAnotherPlugin, transformOutput } from './esbuild-output.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import {
  checkPluginOptions,
  type InnerPluginOptions,
  type PluginOptions,
  SHARED_LIBRARIES,
  transformOptionsOf,
} from './plugin-options.js';

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

/**
 * Creates the plugin for esbuild. List it first: a file that another plugin loads is not transformed. With `platform:
 * 'node'` it does nothing unless the option `server` is set.
 *
 * @param options see {@link PluginOptions}; `install` has an effect only with `bundle: true`
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the build starts, if the package `throughline` is not installed
 *
 * @example
 * import throughline from '@throughline/transform/esbuild';
 * import { build } from 'esbuild';
 *
 * const plugins = [throughline()];
 * const { errors } = await build({ entryPoints: ['src/main.js'], outdir: 'dist', bundle: true, plugins });
 * console.log(errors); // []
 *
 * @see https://esbuild.github.io/plugins/
 */
export default function throughline(options: PluginOptions = {}): Plugin {
  checkPluginOptions(options);
  return { name: 'throughline', setup: (build) => setup(build, options) };
}

function setup(build: PluginBuild, options: PluginOptions): void {
  const { initialOptions } = build;
  const isServer = initialOptions.platform === 'node';
  if (isServer && !options.server) return;
  // Vite scans for dependencies with the same plugins with which it then bundles them. A scan only reads the files.
  if (initialOptions.plugins?.some(({ name }) => name === 'vite:dep-scan')) return;
  const throughlineDirectory = findThroughlinePackage(initialOptions.absWorkingDir ?? process.cwd());

  const shared = (options as InnerPluginOptions)[SHARED_LIBRARIES];
  const libraries = isServer ? undefined : (shared?.libraries ?? new PageLibraries(options.libraries));

  if (isLoadedByAnotherPlugin(build)) {
    transformOutput(build, transformOptionsOf(options));
  } else {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async (args) => {
      if (isThroughlineFile(args.path, throughlineDirectory)) return undefined;
      const warnings: PartialMessage[] = [];
      libraries?.inspect(args.path, shared?.warn ?? ((text) => warnings.push({ text })));
      const result = await loadTransformed(args, options, initialOptions, libraries);
      return warnings.length === 0 ? result : { ...result, warnings };
    });
  }
  build.onResolve({ filter: new RegExp(`^${HELPER_SPECIFIER}$`) }, async (args) => {
    if (args.pluginData === IS_RESOLVING) return undefined;
    const { kind, importer } = args;
    for (const resolveDir of [args.resolveDir, throughlineDirectory]) {
      const resolved = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: IS_RESOLVING });
      if (resolved.errors.length === 0) return resolved;
    }
    return undefined;
  });
  if (isServer) return;

  build.onResolve({ filter: NODE_ASYNC_HOOKS }, ({ kind, importer }) =>
    build.resolve(ASYNC_HOOKS_SPECIFIER, { kind, importer, resolveDir: throughlineDirectory }),
  );
  if (initialOptions.bundle && options.install !== false) {
    initialOptions.inject = [INSTALL_FILE, ...(initialOptions.inject ?? [])];
  }
}

/** Marks the requests that this plugin itself makes. */
const IS_RESOLVING = Symbol();

async function loadTransformed(
  { path }: OnLoadArgs,
  options: PluginOptions,
  { loader: loaders = {}, sourcemap = false }: BuildOptions,
  libraries: PageLibraries | undefined,
): Promise<OnLoadResult | undefined> {
  const extension = extname(path);
  const loader = loaders[extension] ?? LOADERS[extension] ?? 'js';
  if (!['js', 'jsx', 'ts', 'tsx'].includes(loader)) return undefined;
  const code = await readFile(path, 'utf8');
  try {
    const lang = loader === 'ts' || loader === 'tsx' ? loader : 'jsx';
    const cured = libraries?.cure(path, code) ?? { code, begins: '' };
    const { begins } = cured;
    const result = transform(cured.code, { ...transformOptionsOf(options), filename: path, lang, begins });
    if (result === undefined) return undefined;
    const comment = sourcemap === false ? '' : `\n//# sourceMappingURL=${result.map.toUrl()}`;
    return { contents: result.code + comment, loader, resolveDir: dirname(path) };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    const { file, line, column } = error.loc;
    const lineText = code.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? '';
    return { errors: [{ text: error.reason, location: { file, line, column, lineText } }] };
  }
}
