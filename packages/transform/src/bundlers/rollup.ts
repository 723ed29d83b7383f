/** The plugin for Rollup. */
import type { Plugin } from 'rollup';
import type { PluginOptions } from './plugin-options.js';
import { type Context, type Hooks, makeHooks } from './rollup-hooks.js';

export default function throughline(options: PluginOptions = {}): Plugin {
  let hooks: Hooks | undefined;
  return {
    name: 'throughline',
    buildStart() {
      hooks = makeHooks(options, process.cwd(), { sourceType: 'module' });
    },
    resolveId(source, importer) {
      return hooks?.resolve(this as Context, source, importer) ?? null;
    },
    transform(code, id) {
      return hooks?.transform(code, id, this.getModuleInfo(id)?.isEntry === true);
    },
  };
}
