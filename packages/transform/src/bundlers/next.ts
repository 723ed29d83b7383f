/**
 * The configuration of Next, whose pages webpack or Turbopack builds. Turbopack has no plugins. It applies the loader of
 * webpack to the files of a page before it compiles them, and an alias replaces `node:async_hooks`.
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findThroughlinePackage, resolveThroughlineModule } from '../throughline-package.js';
import { DOCTOR_PAGE_SPECIFIER, doctorIsLeftOut, isDoctorWanted, PageDoctor, setUpDoctor } from './page-doctor.js';
import { ASYNC_HOOKS_SPECIFIER } from './page-modules.js';
import { checkPluginOptions, type PluginOptions, transformOptionsOf } from './plugin-options.js';
import throughlineForWebpack from './webpack.js';
import { LOADER_FILE } from './webpack-family.js';
import type { LoaderOptions } from './webpack-loader.js';

/** The part of a configuration that is read and extended. */
interface NextConfig {
  readonly webpack?: WebpackFunction | null | undefined;
  readonly turbopack?: TurbopackOptions | undefined;
}

type WebpackFunction = (config: WebpackConfig, context: WebpackContext) => WebpackConfig;

interface WebpackConfig {
  plugins?: unknown[];
}

/** The part of the compiler that is used. */
interface WebpackCompiler {
  readonly options: { devtool?: unknown };
  readonly hooks: { readonly afterEnvironment: { tap(name: string, fn: () => void): void } };
}

interface WebpackContext {
  readonly isServer: boolean;
}

interface TurbopackOptions {
  readonly rules?: Readonly<Record<string, unknown>> | undefined;
  readonly resolveAlias?: Readonly<Record<string, unknown>> | undefined;
}

type ConfigFunction = (...args: never[]) => object | Promise<object>;

/** The files to which Turbopack applies the loader. */
const CODE_FILES = '*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/**
 * The tools that Next shows in a page during development. Turbopack copies their file without resolving what it requires.
 */
const IS_COPIED = { path: /[\\/]next[\\/]dist[\\/]compiled[\\/]next-devtools[\\/]/ };

/**
 * Adds the transform to the configuration of Next 16: `next dev` and `next build`, with Turbopack and with webpack. Code
 * that runs on a server is not changed.
 *
 * With Turbopack, the web patches are installed when the page creates a storage. To install them earlier, import
 * `@throughline/transform/install` in `instrumentation-client.js`.
 *
 * @param config the configuration, or a function that returns it
 * @param options see {@link PluginOptions}; with `server: true`, code that runs on a server is transformed as well
 * @returns the extended configuration, or a function that returns it
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} if the package `throughline` is not installed
 *
 * @example
 * // next.config.js
 * import throughline from '@throughline/transform/next';
 * export default throughline({ reactStrictMode: true });
 *
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js
 */
export default function throughline<Config extends object | ConfigFunction>(
  config: Config,
  options: PluginOptions = {},
): Config {
  checkPluginOptions(options);
  if (typeof config !== 'function') return extend(config as NextConfig, options) as Config;
  const configure = config as unknown as (...args: unknown[]) => Promise<NextConfig>;
  return (async (...args: unknown[]) => extend(await configure(...args), options)) as unknown as Config;
}

function extend(config: NextConfig, options: PluginOptions): NextConfig {
  const root = process.cwd();
  const throughlineDirectory = findThroughlinePackage(root);
  const loaderOptions: LoaderOptions = {
    transformOptions: transformOptionsOf(options),
    throughlineDirectory,
    precedesCompiler: true,
  };
  const ruleFor = (condition: unknown, fileOptions: Pick<LoaderOptions, 'libraries' | 'doctor'>) => ({
    loaders: [{ loader: LOADER_FILE, options: { ...loaderOptions, ...fileOptions } }],
    condition: { all: [condition, { not: IS_COPIED }] },
  });
  // Next sets the variable before it reads the configuration.
  const isDevelopment = process.env.NODE_ENV === 'development';
  // Turbopack has no warnings of its own, and webpack must not give a second one. Of the processes that read the
  // configuration, only the first one has the name of the command.
  if (!isDevelopment && isDoctorWanted(options.doctor) && process.argv.includes('build')) {
    console.warn(doctorIsLeftOut('this is next build'));
  }
  // As the source maps of Turbopack have it.
  const urlPrefix = `${pathToFileURL(root).href}/`;
  const doctor = isDevelopment
    ? setUpDoctor(options.doctor, root, { urlPrefix, outsidePrefix: 'file:///', throughlineDirectory })
    : undefined;
  const addedRules = [ruleFor('browser', { libraries: options.libraries ?? true, ...(doctor && { doctor }) })];
  if (options.server) addedRules.push(ruleFor({ not: 'browser' }, { libraries: false }));
  // An alias is relative to the directory of the project.
  const file = resolveThroughlineModule(ASYNC_HOOKS_SPECIFIER, throughlineDirectory, ['module']);
  const aliasFor = (path: string) => ({ browser: `./${relative(root, path).replaceAll('\\', '/')}` });
  const asyncHooks = aliasFor(file);
  const doctorAlias = doctor && { [DOCTOR_PAGE_SPECIFIER]: aliasFor(new PageDoctor(doctor).pageModule) };
  const { turbopack: { rules = {}, resolveAlias = {} } = {} } = config;
  return {
    ...config,
    webpack(webpackConfig, context) {
      const configured = config.webpack?.(webpackConfig, context) ?? webpackConfig;
      if (!context.isServer || options.server) {
        const pluginOptions = doctor === undefined ? { ...options, doctor: false } : options;
        configured.plugins = [...(configured.plugins ?? []), throughlineForWebpack(pluginOptions)];
      }
      if (doctor !== undefined && !context.isServer) configured.plugins = withSourceMaps(configured.plugins ?? []);
      return configured;
    },
    turbopack: {
      ...config.turbopack,
      rules: { ...rules, [CODE_FILES]: [rules[CODE_FILES] ?? [], addedRules].flat() },
      resolveAlias: { 'node:async_hooks': asyncHooks, async_hooks: asyncHooks, ...doctorAlias, ...resolveAlias },
    },
  };
}

/**
 * Makes source maps that the page can read. In development, Next applies a plugin in place of webpack's `devtool`, which
 * passes each module to `eval`, and resets a `devtool` that the configuration has.
 */
function withSourceMaps(plugins: readonly unknown[]): unknown[] {
  const sourceMaps = {
    apply({ options, hooks }: WebpackCompiler) {
      hooks.afterEnvironment.tap('throughline', () => {
        options.devtool = 'source-map';
      });
    },
  };
  const others = plugins.filter((plugin) => Object(plugin).constructor.name !== 'EvalSourceMapDevToolPlugin');
  return [...others, sourceMaps];
}
