/**
 * The plugin for Vite, which consists of two plugins. The first resolves imports before Vite does, because Vite would
 * replace `node:async_hooks` with an empty module. The second transforms code after all other plugins, when the code is
 * JavaScript.
 *
 * Vite's development server bundles dependencies in advance, with another bundler: Rolldown since Vite 8, and esbuild
 * before that. The plugin for that bundler transforms them.
 */
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { Plugin, UserConfig } from 'vite' with { 'resolution-mode': 'import' };
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import throughlineForEsbuild from './esbuild.js';
import { ASYNC_HOOKS_SPECIFIER } from './page-modules.js';
import { checkPluginOptions, type PluginOptions } from './plugin-options.js';
import throughlineForRolldown from './rolldown.js';
import { createSharedHooks, type PluginContext, RESOLVED_SPECIFIERS, type SharedHooks } from './rollup-family.js';

const INSTALL_SPECIFIER = '@throughline/transform/install';

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
  let hooks: SharedHooks;
  let isServing = false;
  let isBuildMapped = true;

  /** Before version 6, Vite passes a flag. Since then, it has environments. */
  const isForPage = ({ environment }: EnvironmentContext, flag: { ssr?: boolean | undefined } | undefined): boolean =>
    environment === undefined ? flag?.ssr !== true : environment.config.consumer === 'client';

  const isMapped = ({ environment }: EnvironmentContext): boolean =>
    environment === undefined ? isBuildMapped : environment.config.build.sourcemap !== false;

  return [
    {
      name: 'throughline:resolve',
      enforce: 'pre',
      config(config) {
        const install = options.install === false ? [] : [INSTALL_SPECIFIER];
        const { rolldownVersion } = (this as { meta?: { rolldownVersion?: string } } | undefined)?.meta ?? {};
        const dependencyOptions = { ...options, install: false };
        const added: UserConfig = {
          optimizeDeps: {
            include: ['throughline', HELPER_SPECIFIER, ASYNC_HOOKS_SPECIFIER, ...install],
            ...(rolldownVersion === undefined
              ? { esbuildOptions: { plugins: [throughlineForEsbuild(dependencyOptions)] } }
              : { rolldownOptions: { plugins: [throughlineForRolldown(dependencyOptions)] } }),
          },
        };
        const { plugins: workerPlugins } = config.worker ?? {};
        config.worker = { ...config.worker, plugins: () => [...(workerPlugins?.() ?? []), throughline(options)] };
        return added;
      },
      configResolved({ root, command, build }) {
        isServing = command === 'serve';
        isBuildMapped = build.sourcemap !== false;
        // The development server only passes ES modules; a build may also pass CommonJS.
        hooks = createSharedHooks(options, root, { lang: 'jsx', ...(isServing && { sourceType: 'module' }) });
      },
      resolveId: {
        filter: { id: RESOLVED_SPECIFIERS },
        handler(source, importer, flag) {
          if (!isForPage(this as EnvironmentContext, flag)) return null;
          return hooks.resolveId(this as PluginContext, source, importer);
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
        const isPage = isForPage(this as EnvironmentContext, flag);
        if (!isPage && !options.server) return null;
        const isEntry = isPage && !isServing && (id.endsWith('.html') || this.getModuleInfo(id)?.isEntry === true);
        return hooks.transform(code, id, isEntry, isServing || isMapped(this as EnvironmentContext));
      },
    },
  ];
}
