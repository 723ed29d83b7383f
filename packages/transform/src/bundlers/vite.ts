/**
 * The plugin for Vite. It is two: what an import leads to is asked before Vite's own resolution, which would make
 * `node:async_hooks` an empty module, and code is transformed after everybody else, when all of it is JavaScript.
 *
 * Dependencies that Vite bundles beforehand for its development server go through the same, by plugins of the bundler that
 * it does that with: Rolldown from Vite 8 on, esbuild before.
 */
import type { Plugin, UserConfig } from 'vite';
import throughlineForEsbuild from './esbuild.js';
import type { PluginOptions } from './plugin-options.js';
import throughlineForRolldown from './rolldown.js';
import { type Context, type Hooks, makeHooks } from './rollup-hooks.js';

const INSTALL = '@throughline/transform/install';

interface Environment {
  readonly environment?: { readonly config: { readonly consumer: string } };
}

export default function throughline(options: PluginOptions = {}): Plugin[] {
  let hooks: Hooks;
  let isServing = false;

  /** Whether the code is for a page. Before Vite 6 a flag tells, since then the environment. */
  const isForPage = ({ environment }: Environment, flag: { ssr?: boolean | undefined } | undefined): boolean =>
    environment === undefined ? flag?.ssr !== true : environment.config.consumer === 'client';

  return [
    {
      name: 'throughline:resolve',
      enforce: 'pre',
      config(config) {
        const install = options.install === false ? [] : [INSTALL];
        const { rolldownVersion } = (this as { meta?: { rolldownVersion?: string } } | undefined)?.meta ?? {};
        const plugins = { ...options, install: false };
        const added: UserConfig = {
          optimizeDeps: {
            include: ['throughline', 'throughline/await', 'throughline/async_hooks', ...install],
            ...(rolldownVersion === undefined
              ? { esbuildOptions: { plugins: [throughlineForEsbuild(plugins)] } }
              : { rolldownOptions: { plugins: [throughlineForRolldown(plugins)] } }),
          },
        };
        const { plugins: ofWorkers } = config.worker ?? {};
        config.worker = { ...config.worker, plugins: () => [...(ofWorkers?.() ?? []), throughline(options)] };
        return added;
      },
      configResolved({ root, command }) {
        isServing = command === 'serve';
        // While serving, whatever comes through is an ES module; in a build it may still be CommonJS.
        hooks = makeHooks(options, root, { lang: 'jsx', ...(isServing && { sourceType: 'module' }) });
      },
      resolveId(source, importer, flag) {
        return isForPage(this as Environment, flag) ? hooks.resolve(this as Context, source, importer) : null;
      },
      transformIndexHtml: {
        order: 'pre',
        handler(_html, { server }) {
          if (server === undefined || options.install === false) return undefined;
          const src = `${server.config.base}@id/${INSTALL}`;
          return [{ tag: 'script', attrs: { type: 'module', src }, injectTo: 'head-prepend' }];
        },
      },
    },
    {
      name: 'throughline',
      enforce: 'post',
      transform(code, id, flag) {
        const isPage = isForPage(this as Environment, flag);
        if (!isPage && !options.server) return null;
        const isEntry = isPage && !isServing && (id.endsWith('.html') || this.getModuleInfo(id)?.isEntry === true);
        return hooks.transform(code, id, isEntry);
      },
    },
  ];
}
