/**
 * The configuration of Metro, which bundles apps of React Native and Expo. Metro's workers load the transformer of a project
 * by its path and pass no options to it, so a file that is written next to the packages of the project holds them.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
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
  readonly transformer?:
    | {
        readonly babelTransformerPath?: string | undefined;
        readonly getTransformOptions?: GetTransformOptions | undefined;
      }
    | undefined;
  readonly resolver?: { readonly resolveRequest?: ResolveRequest | null | undefined } | undefined;
}

/** The part of Metro's resolution context that is used. */
interface ResolutionContext {
  readonly originModulePath: string;
  readonly customResolverOptions?: CustomOptions | undefined;
  /** Decides between the conditions `import` and `require`. */
  readonly isESMImport?: boolean | undefined;
  readonly resolveRequest: ResolveRequest;
}

interface Resolution {
  readonly type: string;
  readonly filePath?: string;
}

type ResolveRequest = (context: ResolutionContext, moduleName: string, platform: string | null) => Resolution;

type GetTransformOptions = (...args: readonly never[]) => Promise<{
  readonly transform?: false | { readonly nonInlinedRequires?: readonly string[] | undefined } | undefined;
}>;

type ConfigFunction = (...args: never[]) => object | Promise<object>;

/** Installs the patches. */
const INSTALL_SPECIFIER = '@throughline/transform/install';

/** Modules that any file of a bundle may import after the transform, even of a package that does not depend on them. */
const OWN_MODULES: readonly string[] = [HELPER_SPECIFIER, INSTALL_SPECIFIER];

const TRANSFORMER_FILE = fileURLToPath(new URL('./metro-transformer.js', import.meta.url));

/** The names of the files that are written begin with it. */
const MARK = 'throughline-metro-';

/**
 * Adds the transform to the configuration of Metro. Call it last, so that no later part of the configuration replaces what
 * it adds:
 *
 * - Files are transformed after the Babel transformer of the project, which may be that of React Native, Expo or any other.
 * - `node:async_hooks` is replaced by Throughline.
 * - With `inlineRequires`, the helpers of transformed code are loaded at the beginning of a file.
 * - In an app of React Native, the patches are installed before the entry of the app runs.
 *
 * Bundles for a server, which Expo can build, are not changed.
 *
 * @param config the configuration, a promise of it, or a function that returns either
 * @param options `generators`, `install`, `libraries` and `server`, see {@link PluginOptions}
 * @returns the extended configuration, in the same form
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {TypeError} if there is no configuration
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
  if (typeof config !== 'object' || config === null)
    throw new TypeError(
      `${OWNER} requires the configuration of Metro, a promise of it, or a function that returns it, not ${inspect(config)}. Pass a complete configuration, such as getDefaultConfig(__dirname).`,
    );
  const root = config.projectRoot ?? process.cwd();
  const throughlineDirectory = findThroughlinePackage(root);
  const path = config.transformer?.babelTransformerPath;
  if (path !== undefined && basename(path).startsWith(MARK))
    throw new Error(`${OWNER} has been called for this configuration already. Call it once.`);
  const configured = resolveTransformer(path ?? 'metro-babel-transformer', root);
  const babelTransformerPath = writeTransformer(root, {
    babelTransformerPath: configured,
    babelPath: resolveBabel(configured, root),
    transformOptions: transformOptionsOf(options),
    libraries: options.libraries ?? true,
    server: options.server ?? false,
    install: options.install === false ? undefined : INSTALL_SPECIFIER,
  });
  return {
    ...config,
    transformer: {
      ...config.transformer,
      babelTransformerPath,
      getTransformOptions: keepHelpersLoaded(config.transformer?.getTransformOptions),
    },
    resolver: {
      ...config.resolver,
      resolveRequest: createResolver(root, throughlineDirectory, config.resolver?.resolveRequest, options),
    },
  };
}

/** What Metro does not load where it is used first, unless the configuration says something else. */
const NOT_INLINED = [
  'React',
  'react',
  'react/jsx-dev-runtime',
  'react/jsx-runtime',
  'react-compiler-runtime',
  'react-native',
];

/**
 * With `inlineRequires`, each call of an async function would look for the helpers, and the first async generator would
 * load them within its body, too late for the call that has started it.
 */
function keepHelpersLoaded(configured: GetTransformOptions | undefined): GetTransformOptions {
  return async (...args) => {
    const options = (await configured?.(...args)) ?? {};
    const transform = options.transform || {};
    const nonInlinedRequires = [...(transform.nonInlinedRequires ?? NOT_INLINED), HELPER_SPECIFIER];
    return { ...options, transform: { ...transform, nonInlinedRequires } };
  };
}

/** Packages that depend on Metro, and those of Metro: projects need not depend on them. */
const DEPENDENTS = [
  '@react-native/metro-config',
  'expo/metro-config',
  'metro',
  'metro-config',
  'metro-transform-worker',
];

/** By default, the configuration has only the name of a package of Metro. */
function resolveTransformer(path: string, root: string): string {
  const file = isAbsolute(path) ? path : resolveFrom(path, [join(root, 'package.json')]);
  if (file !== undefined) return file;
  throw new Error(
    `The Babel transformer '${path}' cannot be resolved from ${root}. Pass a complete configuration to withThroughline(), such as getDefaultConfig(__dirname).`,
  );
}

function resolveBabel(transformer: string, root: string): string {
  const importers = [transformer, join(root, 'package.json'), fileURLToPath(import.meta.url)];
  const file = resolveFrom('@babel/core', importers);
  if (file !== undefined) return file;
  throw new Error(
    `@throughline/transform/metro requires '@babel/core', which cannot be resolved from ${root}. Install it: npm install --save-dev @babel/core`,
  );
}

/** @param importers files; if it is not found from there, the packages of Metro that they depend on are importers too */
function resolveFrom(specifier: string, importers: readonly string[]): string | undefined {
  const requires = importers.map((importer) => createRequire(importer));
  const direct = requires.map((require) => tryResolve(require, specifier)).find((file) => file !== undefined);
  if (direct !== undefined) return direct;
  const dependents = requires.flatMap((require) => DEPENDENTS.map((name) => tryResolve(require, name)));
  const files = dependents.filter((file) => file !== undefined);
  return files.map((file) => tryResolve(createRequire(file), specifier)).find((file) => file !== undefined);
}

function tryResolve(require: NodeJS.Require, specifier: string): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
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

/** Otherwise, `import` and `require` of the package would make two copies of it. */
const ONE_COPY = { isESMImport: true };

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
    const specifier = NODE_ASYNC_HOOKS.test(moduleName) ? ASYNC_HOOKS_SPECIFIER : moduleName;
    if (specifier === ASYNC_HOOKS_SPECIFIER || OWN_MODULES.includes(specifier)) {
      try {
        return resolve(specifier, { ...ONE_COPY, originModulePath: projectFile });
      } catch {
        // The package is a dependency of another package only.
        return resolve(specifier, ONE_COPY);
      }
    }
    if (/^throughline(?:\/|$)/.test(specifier)) return resolve(specifier, ONE_COPY);
    const resolution = resolve(specifier);
    const { filePath } = resolution;
    if (filePath !== undefined && !isThroughlineFile(filePath, throughlineDirectory)) {
      pageLibraries.inspect(filePath, (text) => console.warn(text));
    }
    return resolution;
  };
}
