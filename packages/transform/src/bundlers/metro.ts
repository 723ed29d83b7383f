/**
 * The configuration of Metro, which bundles apps of React Native and Expo. Metro's workers load the transformer of a project
 * by its path and pass no options to it, so a file that is written next to the packages of the project holds them.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOptions } from '../check-options.js';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { checkLibraryNames } from '../libraries/libraries-option.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { GENERATOR_FRAMES } from '../transform.js';
import { type CustomOptions, isServerEnvironment, type TransformerSettings } from './metro-transformer.js';
import { ASYNC_HOOKS_SPECIFIER, NODE_ASYNC_HOOKS } from './page-modules.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';

/** The options of {@link withThroughline}. */
export type MetroOptions = Pick<PluginOptions, 'generators' | 'install' | 'libraries' | 'server'>;

/** The part of a configuration that is read and extended. */
interface MetroConfig {
  readonly projectRoot?: string | undefined;
  readonly transformer?: { readonly babelTransformerPath?: string | undefined } | undefined;
  readonly resolver?: { readonly resolveRequest?: ResolveRequest | null | undefined } | undefined;
}

/** The part of Metro's resolution context that is used. */
interface ResolutionContext {
  readonly originModulePath: string;
  readonly customResolverOptions?: CustomOptions | undefined;
  readonly resolveRequest: ResolveRequest;
}

interface Resolution {
  readonly type: string;
  readonly filePath?: string;
}

type ResolveRequest = (context: ResolutionContext, moduleName: string, platform: string | null) => Resolution;

type ConfigFunction = (...args: never[]) => object | Promise<object>;

/** Installs the patches. */
const INSTALL_SPECIFIER = '@throughline/transform/install';

/** Modules that any file of a bundle may import after the transform, even of a package that does not depend on them. */
const OWN_MODULES: readonly string[] = [HELPER_SPECIFIER, INSTALL_SPECIFIER];

const TRANSFORMER_FILE = fileURLToPath(new URL('./metro-transformer.js', import.meta.url));

const MARK = 'throughline-metro-';

/**
 * Adds the transform to the configuration of Metro. Call it last, so that no later part of the configuration replaces what
 * it adds:
 *
 * - Files are transformed after the Babel transformer of the project, which may be that of React Native, Expo or any other.
 * - `node:async_hooks` is replaced by Throughline.
 * - In an app of React Native, the patches are installed before the entry of the app runs.
 *
 * Bundles for a server, which Expo can build, are not changed.
 *
 * @param config the configuration, a promise of it, or a function that returns either
 * @param options `generators`, `install`, `libraries` and `server`, see {@link PluginOptions}
 * @returns the extended configuration, in the same form
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} if the package `throughline` or the Babel transformer of the configuration is not installed
 *
 * @example
 * // metro.config.js
 * const { getDefaultConfig } = require('@react-native/metro-config');
 * const { withThroughline } = require('@throughline/transform/metro');
 * module.exports = withThroughline(getDefaultConfig(__dirname));
 *
 * @see https://metrobundler.dev/docs/configuration
 */
export function withThroughline<Config extends object | ConfigFunction>(
  config: Config,
  options: MetroOptions = {},
): Config {
  checkOptions(OWNER, options, {
    generators: GENERATOR_FRAMES,
    install: 'boolean',
    libraries: 'boolean or booleans by name',
    server: 'boolean',
  });
  checkLibraryNames(OWNER, options.libraries);
  if (config instanceof Promise) return config.then((resolved) => extend(resolved, options)) as unknown as Config;
  if (typeof config !== 'function') return extend(config as MetroConfig, options) as Config;
  const configure = config as unknown as (...args: unknown[]) => Promise<MetroConfig>;
  return (async (...args: unknown[]) => extend(await configure(...args), options)) as unknown as Config;
}

const OWNER = 'withThroughline() of @throughline/transform/metro';

function extend(config: MetroConfig, options: MetroOptions): MetroConfig {
  const root = config.projectRoot ?? process.cwd();
  const throughlineDirectory = findThroughlinePackage(root);
  const path = config.transformer?.babelTransformerPath;
  if (path?.includes(MARK)) throw new Error(`${OWNER} has been called for this configuration already. Call it once.`);
  const babelTransformerPath = writeTransformer(root, {
    babelTransformerPath: resolveTransformer(path ?? 'metro-babel-transformer', root),
    transformOptions: transformOptionsOf(options),
    libraries: options.libraries ?? true,
    server: options.server ?? false,
    install: options.install === false ? undefined : INSTALL_SPECIFIER,
  });
  return {
    ...config,
    transformer: { ...config.transformer, babelTransformerPath },
    resolver: {
      ...config.resolver,
      resolveRequest: createResolver(root, throughlineDirectory, config.resolver?.resolveRequest, options),
    },
  };
}

/** By default, the configuration has only the name of a package of Metro. */
function resolveTransformer(path: string, root: string): string {
  if (isAbsolute(path)) return path;
  const require = createRequire(join(root, 'package.json'));
  for (const importer of ['', '@react-native/metro-config', 'metro-config', 'metro', 'expo/metro-config']) {
    try {
      return (importer === '' ? require : createRequire(require.resolve(importer))).resolve(path);
    } catch {
      // It was not found from there.
    }
  }
  throw new Error(
    `The Babel transformer '${path}' cannot be resolved from ${root}. Pass a complete configuration to withThroughline(), such as getDefaultConfig(__dirname).`,
  );
}

/** @returns the path of a file that is a transformer with these settings */
function writeTransformer(root: string, settings: TransformerSettings): string {
  const code = `module.exports = require(${JSON.stringify(TRANSFORMER_FILE)}).createTransformer(${JSON.stringify(settings)});\n`;
  const name = `${MARK}${createHash('sha256').update(code).digest('hex').slice(0, 16)}.cjs`;
  const folder = join(root, 'node_modules', '.cache', 'throughline');
  const file = join(folder, name);
  if (existsSync(file)) return file;
  try {
    mkdirSync(folder, { recursive: true });
    // Another process may read the file meanwhile.
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
    return file;
  } catch {
    // The project cannot be written to.
    const other = join(mkdtempSync(join(tmpdir(), MARK)), name);
    writeFileSync(other, code);
    return other;
  }
}

function createResolver(
  root: string,
  throughlineDirectory: string,
  configured: ResolveRequest | null | undefined,
  { libraries, server }: MetroOptions,
): ResolveRequest {
  const pageLibraries = new PageLibraries(libraries);
  const projectFile = join(root, 'package.json');
  return (context, moduleName, platform) => {
    const resolve = (name: string, changes?: Partial<ResolutionContext>) =>
      (configured ?? context.resolveRequest)({ ...context, ...changes }, name, platform);
    if (isServerEnvironment(context.customResolverOptions) && !server) return resolve(moduleName);
    const isAsyncHooks = NODE_ASYNC_HOOKS.test(moduleName);
    if (!isAsyncHooks && !OWN_MODULES.includes(moduleName)) {
      const resolution = resolve(moduleName);
      const { filePath } = resolution;
      if (filePath !== undefined && !isThroughlineFile(filePath, throughlineDirectory)) {
        pageLibraries.inspect(filePath, (text) => console.warn(text));
      }
      return resolution;
    }
    const specifier = isAsyncHooks ? ASYNC_HOOKS_SPECIFIER : moduleName;
    try {
      return resolve(specifier, { originModulePath: projectFile });
    } catch {
      // The package is a dependency of another package only.
      return resolve(specifier);
    }
  };
}
