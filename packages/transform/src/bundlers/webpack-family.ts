/** The common part of the plugins for webpack and Rspack: both bundlers have the same hooks and the same loaders. */
import { fileURLToPath } from 'node:url';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { findThroughlinePackage, isThroughlineFile, resolveThroughlineModule } from '../throughline-package.js';
import {
  DOCTOR_PAGE_SPECIFIER,
  type DoctorSetup,
  doctorIsLeftOut,
  isDoctorWanted,
  PageDoctor,
  setUpDoctor,
} from './page-doctor.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';
import type { LoaderOptions } from './webpack-loader.js';

/** Files that are JavaScript once the other loaders have processed them, or whose parts are: the loader skips other parts. */
const CODE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?)$/;

const HELPER_REQUEST = new RegExp(`^${HELPER_SPECIFIER}$`);

export const LOADER_FILE = fileURLToPath(new URL('./webpack-loader.js', import.meta.url));

/** A file that a rule is applied to. */
interface RuleData {
  readonly resource?: string | undefined;
  readonly resourceQuery?: string | undefined;
}

/** A rule for the modules of a build. */
interface Rule {
  readonly enforce: 'post';
  use(data: RuleData): {
    readonly loader: string;
    readonly options: LoaderOptions & Record<string, unknown>;
    readonly ident: string;
  }[];
}

/** The part of a compiler that is used. */
export interface Compiler {
  readonly context: string;
  readonly options: {
    readonly mode?: string | undefined;
    devtool?: unknown;
    readonly output: {
      readonly uniqueName?: string | undefined;
      readonly devtoolNamespace?: string | undefined;
      readonly devtoolModuleFilenameTemplate?: unknown;
    };
    readonly resolve: { readonly conditionNames?: readonly string[] | undefined };
    readonly externalsPresets: { readonly node?: boolean | undefined };
    readonly module: { readonly rules: { unshift(rule: Rule): unknown } };
  };
  readonly hooks: {
    readonly afterEnvironment: { tap(name: string, fn: () => void): void };
    readonly thisCompilation: { tap(name: string, fn: (compilation: Compilation) => void): void };
  };
}

/** The part of a compilation that is used. */
interface Compilation {
  readonly warnings: { push(warning: Error): unknown };
  readonly hooks: { readonly finishModules: { tap(name: string, fn: () => void): void } };
}

/** The bundler's own plugins. They come from the compiler, so each bundler's file applies them. */
export interface BundlerActions {
  /** Makes every entry begin with a file. */
  addEntry(file: string): void;
  /** Replaces a module with a file wherever the module is requested. */
  replaceModule(request: RegExp, file: string): void;
}

/**
 * Adds the loader and the modules of a page to a build.
 * @throws {Error} if the package `throughline` is not installed
 */
export function applyPlugin(
  options: PluginOptions,
  compiler: Compiler,
  { addEntry, replaceModule }: BundlerActions,
): void {
  const throughlineDirectory = findThroughlinePackage(compiler.context);
  const loaderOptions = { transformOptions: transformOptionsOf(options), throughlineDirectory };
  const libraries = new PageLibraries(options.libraries);
  const messages: string[] = [];
  const doctor = setUpForPages(options.doctor, compiler, throughlineDirectory, messages);
  const isForServer = () => compiler.options.externalsPresets.node === true;
  compiler.options.module.rules.unshift({
    // After the loaders of the project have compiled to JavaScript.
    enforce: 'post',
    use({ resource = '', resourceQuery = '' }) {
      const isServer = isForServer();
      const isCode = CODE_FILE.test(resource) || CODE_FILE.test(resource + resourceQuery);
      if ((isServer && !options.server) || !isCode) return [];
      if (!isServer && !isThroughlineFile(resource, throughlineDirectory)) {
        libraries.inspect(resource, (message) => messages.push(message));
      }
      // Rspack has one set of options for all files of a rule.
      const option = isServer ? false : options.libraries;
      // By the identifier, vue-loader refers to the options in its requests for the parts of a file.
      const doctorOption = isServer || doctor === undefined ? {} : { doctor: doctor() };
      const fileOptions = { ...loaderOptions, libraries: option ?? true, ...doctorOption };
      return [{ loader: LOADER_FILE, options: fileOptions, ident: 'throughline' }];
    },
  });
  compiler.hooks.thisCompilation.tap('throughline', ({ hooks, warnings }) => {
    hooks.finishModules.tap('throughline', () => {
      for (const message of messages.splice(0)) warnings.push(new Error(message));
    });
  });
  // The options are not complete before this hook.
  compiler.hooks.afterEnvironment.tap('throughline', () => {
    const isServer = isForServer();
    if (isServer && !options.server) return;
    const conditions = [
      'module',
      ...(isServer ? ['node'] : []),
      // Else the page would contain a second build of the package.
      ...(compiler.options.resolve.conditionNames ?? []).filter((name) => name.startsWith('throughline-')),
    ];
    replaceModule(HELPER_REQUEST, resolveThroughlineModule(HELPER_SPECIFIER, throughlineDirectory, conditions));
    if (isServer) return;
    replaceModule(NODE_ASYNC_HOOKS, resolveThroughlineModule(ASYNC_HOOKS_SPECIFIER, throughlineDirectory, conditions));
    if (options.install !== false) addEntry(INSTALL_FILE);
    if (doctor === undefined) return;
    replaceModule(new RegExp(`^${DOCTOR_PAGE_SPECIFIER}$`), new PageDoctor(doctor()).pageModule);
    // The page reads source maps. With `eval`, it cannot find them, and with `cheap`, they have no columns.
    const { devtool } = compiler.options;
    if (typeof devtool === 'string' && /eval|cheap/.test(devtool)) compiler.options.devtool = 'source-map';
  });
}

/** Returns what creates the setup of the doctor, for the names of sources are known later than the mode. */
function setUpForPages(
  option: PluginOptions['doctor'],
  { context, options: { mode, output } }: Compiler,
  throughlineDirectory: string,
  messages: string[],
): (() => DoctorSetup) | undefined {
  if (!isDoctorWanted(option)) return undefined;
  if (mode !== 'development') {
    messages.push(doctorIsLeftOut(`the mode of the build is ${mode ?? 'production'}`));
    return undefined;
  }
  const setup = setUpDoctor(option, context, { urlPrefix: '', throughlineDirectory });
  return (
    setup &&
    (() => {
      // As Next has it. In the page, paths are URLs of its server.
      if (output.devtoolModuleFilenameTemplate === '[absolute-resource-path]') {
        return { ...setup, urlPrefix: `/${context.replaceAll('\\', '/').replace(/^\//, '')}/`, outsidePrefix: '/' };
      }
      return { ...setup, urlPrefix: `webpack://${output.devtoolNamespace ?? output.uniqueName ?? ''}/./` };
    })
  );
}
