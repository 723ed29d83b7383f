/** The plugin for Rolldown. */
import type { Plugin } from 'rolldown';
import type { PluginOptions } from './plugin-options.js';
import { type Context, type Hooks, makeHooks } from './rollup-hooks.js';

export default function throughline(options: PluginOptions = {}): Plugin {
  let hooks: Hooks | undefined;
  let isIncluded = true;
  return {
    name: 'throughline',
    options({ platform, cwd, plugins }) {
      isIncluded = (platform !== 'node' || options.server === true) && !isViteScan(plugins);
      hooks = makeHooks(options, cwd ?? process.cwd(), {});
    },
    resolveId(source, importer) {
      return isIncluded && hooks !== undefined ? hooks.resolve(this as Context, source, importer) : null;
    },
    transform(code, id) {
      return isIncluded ? hooks?.transform(code, id, this.getModuleInfo(id)?.isEntry === true) : undefined;
    },
  };
}

/** Vite looks for dependencies with the plugins that it bundles them with; there the files are only read. */
function isViteScan(plugins: unknown): boolean {
  return Array.isArray(plugins) && plugins.some((plugin) => plugin?.name?.startsWith('vite:dep-scan'));
}
