/** The plugin for webpack. */
import { createWebpackPlugin } from 'unplugin';
import type { WebpackPluginInstance } from 'webpack';
import type { PluginOptions } from './plugin-options.js';
import { pluginOf } from './webpack-like.js';

const make = createWebpackPlugin<PluginOptions>((options, meta) => {
  if (meta.framework !== 'webpack') throw new Error(`@throughline/transform/webpack was given to ${meta.framework}.`);
  const { compiler } = meta.webpack;
  const { EntryPlugin, NormalModuleReplacementPlugin } = compiler.webpack;
  return pluginOf(options, compiler, {
    // Without a name it belongs to all entries, and comes before them.
    addEntry: (file) => new EntryPlugin(compiler.context, file, {}).apply(compiler),
    replace: (module, file) => new NormalModuleReplacementPlugin(module, file).apply(compiler),
  });
});

export default function throughline(options: PluginOptions = {}): WebpackPluginInstance {
  return make(options);
}
