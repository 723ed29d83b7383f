/** The plugin for Rspack. */
import type { RspackPluginInstance } from '@rspack/core';
import { createRspackPlugin } from 'unplugin';
import type { PluginOptions } from './plugin-options.js';
import { pluginOf } from './webpack-like.js';

const make = createRspackPlugin<PluginOptions>((options, meta) => {
  if (meta.framework !== 'rspack') throw new Error(`@throughline/transform/rspack was given to ${meta.framework}.`);
  const { compiler } = meta.rspack;
  const { EntryPlugin, NormalModuleReplacementPlugin } = compiler.rspack;
  return pluginOf(options, compiler, {
    // Without a name it belongs to all entries, and comes before them.
    addEntry: (file) => new EntryPlugin(compiler.context, file, {}).apply(compiler),
    replace: (module, file) => new NormalModuleReplacementPlugin(module, file).apply(compiler),
  });
});

export default function throughline(options: PluginOptions = {}): RspackPluginInstance {
  return make(options);
}
