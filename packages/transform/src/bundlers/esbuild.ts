/**
 * The plugin for esbuild. It does not use unplugin, whose esbuild plugins can neither resolve an import to a file nor
 * report an error with its position.
 */
import { pathToFileURL } from 'node:url';
import type { PartialMessage, Plugin, PluginBuild } from 'esbuild';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { TransformError } from '../parse/transform-error.js';
import { traceToOriginals } from '../source-maps.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { transform } from '../transform.js';
import { type CodeFile, transformFiles } from './esbuild-files.js';
import { isLoadedByAnotherPlugin, transformOutput } from './esbuild-output.js';
import { DOCTOR_PAGE_SPECIFIER, doctorIsLeftOut, doctorOfDevelopment, type PageDoctor } from './page-doctor.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import {
  checkPluginOptions,
  type InnerPluginOptions,
  type PluginOptions,
  SHARED_LIBRARIES,
  transformOptionsOf,
} from './plugin-options.js';

/**
 * Creates the plugin for esbuild. List it first: what later plugins load is transformed, and what earlier plugins load is
 * not. With `platform: 'node'` it does nothing unless the option `server` is set.
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
  const plugin: Plugin = { name: 'throughline', setup: (build) => setUp(build, plugin, options) };
  return plugin;
}

function setUp(build: PluginBuild, plugin: Plugin, options: PluginOptions): void {
  const { name: pluginName } = plugin;
  const { initialOptions } = build;
  const isServer = initialOptions.platform === 'node';
  if (isServer && !options.server) return;
  // Vite scans for dependencies with the same plugins with which it then bundles them. A scan only reads the files.
  if (initialOptions.plugins?.some(({ name }) => name === 'vite:dep-scan')) return;
  const throughlineDirectory = findThroughlinePackage(initialOptions.absWorkingDir ?? process.cwd());

  const shared = (options as InnerPluginOptions)[SHARED_LIBRARIES];
  const libraries = isServer ? undefined : (shared?.libraries ?? new PageLibraries(options.libraries));

  const messages: string[] = [];
  const root = initialOptions.absWorkingDir ?? process.cwd();
  const ownDoctor =
    isServer || shared !== undefined
      ? undefined
      : doctorOfDevelopment(options.doctor, root, (text) => messages.push(text));
  const doctorOfPages = () => (shared === undefined ? ownDoctor : shared.doctor);
  build.onStart(() => ({ warnings: messages.splice(0).map((text) => ({ text, pluginName })) }));

  if (isLoadedByAnotherPlugin(build)) {
    if (ownDoctor !== undefined) messages.push(doctorIsLeftOut('another plugin loads every file of this build'));
    transformOutput(build, transformOptionsOf(options));
  } else {
    const isMapped = (initialOptions.sourcemap ?? false) !== false;
    transformFiles(build, plugin, (file) => {
      const doctor = isServer ? undefined : doctorOfPages();
      if (isThroughlineFile(file.path, throughlineDirectory) || doctor?.isOwnFile(file.path)) return {};
      const warnings: PartialMessage[] = [];
      libraries?.inspect(file.path, shared?.warn ?? ((text) => warnings.push({ text, pluginName })));
      const { error, ...result } = transformCode(file, options, isMapped, libraries, doctor);
      return {
        ...result,
        ...(error && { errors: [{ ...error, pluginName }] }),
        ...(warnings.length > 0 && { warnings }),
      };
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

  build.onResolve({ filter: new RegExp(`^${DOCTOR_PAGE_SPECIFIER}$`) }, () => {
    const path = doctorOfPages()?.pageModule;
    return path === undefined ? undefined : { path };
  });
  build.onResolve({ filter: NODE_ASYNC_HOOKS }, ({ kind, importer }) =>
    build.resolve(ASYNC_HOOKS_SPECIFIER, { kind, importer, resolveDir: throughlineDirectory }),
  );
  if (initialOptions.bundle && options.install !== false) {
    const { inject = [] } = initialOptions;
    // The object belongs to the caller, who may build with it again.
    if (!inject.includes(INSTALL_FILE)) initialOptions.inject = [INSTALL_FILE, ...inject];
  }
}

/** Marks the requests that this plugin itself makes. */
const IS_RESOLVING = Symbol();

function transformCode(
  { path, namespace, suffix, code, lang }: CodeFile,
  options: PluginOptions,
  isMapped: boolean,
  libraries: PageLibraries | undefined,
  doctor: PageDoctor | undefined,
): { readonly code?: string | undefined; readonly error?: PartialMessage } {
  try {
    const cured = libraries?.cure(path, code) ?? { code, begins: '' };
    const doctored = doctor?.instrument(cured.code, { filename: path, lang, query: suffix });
    const begins = (doctored?.begins ?? '') + cured.begins;
    const result = transform(doctored?.code ?? cured.code, {
      ...transformOptionsOf(options),
      filename: path,
      lang,
      begins,
    });
    if (result === undefined || !isMapped) return { code: result?.code };
    // esbuild follows the source map of a file, so that of the transform must lead to the same sources.
    const traced = traceToOriginals(cured.code, namespace === 'file' ? pathToFileURL(path).href : path, {
      code: result.code,
      map: doctored?.trace(result.map) ?? result.map,
    });
    return { code: `${traced.code}\n//# sourceMappingURL=${traced.map.toUrl()}` };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    const { file, line, column } = error.loc;
    const lineText = code.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? '';
    return { error: { text: error.reason, location: { file, namespace, line, column, lineText } } };
  }
}
