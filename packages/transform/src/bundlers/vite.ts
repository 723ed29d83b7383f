/**
 * The plugin for Vite, which consists of two plugins. The first resolves imports before Vite does, because Vite would
 * replace `node:async_hooks` with an empty module. The second transforms code after all other plugins, when the code is
 * JavaScript.
 *
 * Vite's development server bundles dependencies in advance, with another bundler: Rolldown since Vite 8, and esbuild
 * before that. The plugin for that bundler transforms them.
 */
import type { SourceMapPayload } from 'node:module';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { Plugin, UserConfig } from 'vite' with { 'resolution-mode': 'import' };
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { findThroughlinePackage } from '../throughline-package.js';
import throughlineForEsbuild from './esbuild.js';
import { DOCTOR_PAGE_SPECIFIER, doctorIsLeftOut, isDoctorWanted, PageDoctor, setUpDoctor } from './page-doctor.js';
import { ASYNC_HOOKS_SPECIFIER } from './page-modules.js';
import { checkPluginOptions, type InnerPluginOptions, type PluginOptions, SHARED_LIBRARIES } from './plugin-options.js';
import { receiveFindings } from './receive-findings.js';
import throughlineForRolldown from './rolldown.js';
import { createSharedHooks, type PluginContext, RESOLVED_SPECIFIERS, type SharedHooks } from './rollup-family.js';

const INSTALL_SPECIFIER = '@throughline/transform/install';

/** Where a page sends its findings, below the base of the server. */
const REPORT_PATH = '__throughline_doctor';

/** The code of Vite's development server in a page. */
const VITE_CLIENT = /[\\/]vite[\\/]dist[\\/]client[\\/]/;

/** The part of Vite's plugin context that its types contain since Vite 6. */
interface EnvironmentContext {
  readonly environment?: {
    readonly config: { readonly consumer: string; readonly build: { readonly sourcemap: unknown } };
  };
}

/**
 * Creates the plugin for Vite 7 and 8, for `vite dev` and `vite build`, dependencies and workers included. In server
 * environments it does nothing unless the option `server` is set.
 *
 * @param options see {@link PluginOptions}
 * @returns the two plugins of which it consists
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the configuration is resolved, if the package `throughline` is not installed
 *
 * @example
 * // vite.config.js
 * import throughline from '@throughline/transform/vite';
 * export default { plugins: [throughline()] };
 *
 * @see https://vite.dev/guide/api-plugin
 */
export default function throughline(options: PluginOptions = {}): Plugin[] {
  checkPluginOptions(options);
  const libraries =
    (options as InnerPluginOptions)[SHARED_LIBRARIES]?.libraries ?? new PageLibraries(options.libraries);
  let hooks: SharedHooks;
  let isServing = false;
  /** `vite preview` serves what was built, and builds nothing. */
  let isPreview = false;
  /** Contains the dependencies that Vite has bundled, and the doctor has instrumented before. */
  let cacheDirectory = '';
  let isBuildMapped = true;
  /** Whether Rollup builds: since Vite 8, Rolldown does, which converts no files. */
  let hasRollup = false;
  let warn = (message: string): void => console.warn(message);
  let doctor = (options as InnerPluginOptions)[SHARED_LIBRARIES]?.doctor;

  /** Before version 6, Vite passes a flag. Since then, it has environments. */
  const isForPage = ({ environment }: EnvironmentContext, flag: { ssr?: boolean | undefined } | undefined): boolean =>
    environment === undefined ? flag?.ssr !== true : environment.config.consumer === 'client';

  const isMapped = ({ environment }: EnvironmentContext): boolean =>
    environment === undefined ? isBuildMapped : environment.config.build.sourcemap !== false;

  return [
    {
      name: 'throughline:resolve',
      enforce: 'pre',
      config(config, { command, isPreview: isPreviewing = false }) {
        isPreview = isPreviewing;
        const install = options.install === false ? [] : [INSTALL_SPECIFIER];
        const doctorPage =
          isDoctorWanted(options.doctor) && command === 'serve' && !isPreview ? [DOCTOR_PAGE_SPECIFIER] : [];
        const { rolldownVersion } = (this as { meta?: { rolldownVersion?: string } } | undefined)?.meta ?? {};
        hasRollup = rolldownVersion === undefined;
        const shared = {
          libraries,
          warn: (message: string) => warn(message),
          get doctor() {
            return doctor;
          },
        };
        const innerOptions: InnerPluginOptions = { ...options, [SHARED_LIBRARIES]: shared };
        const dependencyOptions = { ...innerOptions, install: false };
        // Vite bundles dependencies again if the name of a plugin has changed, but does not compare options.
        const name = `throughline ${JSON.stringify(options)}`;
        const added: UserConfig = {
          optimizeDeps: {
            include: ['throughline', HELPER_SPECIFIER, ASYNC_HOOKS_SPECIFIER, ...install, ...doctorPage],
            ...(hasRollup
              ? { esbuildOptions: { plugins: [{ ...throughlineForEsbuild(dependencyOptions), name }] } }
              : { rolldownOptions: { plugins: [{ ...throughlineForRolldown(dependencyOptions), name }] } }),
          },
        };
        const { plugins: workerPlugins } = config.worker ?? {};
        config.worker = { ...config.worker, plugins: () => [...(workerPlugins?.() ?? []), throughline(innerOptions)] };
        return added;
      },
      configResolved({ root, base, cacheDir, command, build, logger, isWorker }) {
        cacheDirectory = cacheDir.replaceAll('\\', '/');
        isServing = command === 'serve';
        isBuildMapped = build.sourcemap !== false;
        warn = (message) => logger.warn(`[throughline] ${message}`);
        if (isServing && !isPreview) {
          const setup = setUpDoctor(options.doctor, root, {
            urlPrefix: base,
            outsidePrefix: `${base}@fs/`,
            reportPath: base + REPORT_PATH,
            throughlineDirectory: isDoctorWanted(options.doctor) ? findThroughlinePackage(root) : '',
          });
          doctor = setup && new PageDoctor(setup);
        } else if (!isServing && isDoctorWanted(options.doctor) && !isWorker) {
          warn(doctorIsLeftOut('vite build does not start a development server'));
        }
        // The development server only passes ES modules; a build may also pass CommonJS.
        hooks = createSharedHooks(
          options,
          root,
          { lang: 'jsx', ...(isServing && { sourceType: 'module' }) },
          libraries,
          () => doctor,
        );
      },
      configureServer({ config, middlewares }) {
        if (doctor === undefined) return;
        const print = (text: string) => config.logger.warn(`\n${text}`);
        middlewares.use(config.base + REPORT_PATH, receiveFindings(doctor, print));
      },
      load(id, flag) {
        return hasRollup && isForPage(this as EnvironmentContext, flag) ? hooks.load(id) : null;
      },
      resolveId: {
        filter: { id: RESOLVED_SPECIFIERS },
        handler(source, importer, flag) {
          if (!isForPage(this as EnvironmentContext, flag)) return null;
          return hooks.resolveId(this as PluginContext, source, importer, flag);
        },
      },
      transformIndexHtml: {
        order: 'pre',
        handler(_html, { server }) {
          if (server === undefined || options.install === false) return undefined;
          const src = `${server.config.base}@id/${INSTALL_SPECIFIER}`;
          return [{ tag: 'script', attrs: { type: 'module', src }, injectTo: 'head-prepend' }];
        },
      },
    },
    {
      name: 'throughline',
      enforce: 'post',
      transform(code, id, flag) {
        // Since Vite 8.
        const { moduleType } = (flag ?? {}) as { readonly moduleType?: string };
        const isPage = isForPage(this as EnvironmentContext, flag);
        if (!isPage && !options.server) return null;
        const isEntry = isPage && !isServing && (id.endsWith('.html') || this.getModuleInfo(id)?.isEntry === true);
        const isInMap = isServing || isMapped(this as EnvironmentContext);
        const previousMap = () => this.getCombinedSourcemap() as unknown as SourceMapPayload;
        const isLeftAlone = isServing && (id.startsWith(`${cacheDirectory}/`) || VITE_CLIENT.test(id));
        const file = { isEntry, isPage, isMapped: isInMap, moduleType, warn, previousMap, isLeftAlone };
        return hooks.transform(code, id, file);
      },
    },
  ];
}
