/** The plugin for webpack. */
import { createWebpackPlugin } from 'unplugin';
import type { WebpackPluginInstance } from 'webpack';
import { checkPluginOptions, type PluginOptions } from './plugin-options.js';
import { createPlugin } from './webpack-family.js';

const createInstance = createWebpackPlugin<PluginOptions>((options, meta) => {
  if (meta.framework !== 'webpack') {
    throw new Error(
      `@throughline/transform/webpack is the plugin for webpack, but was loaded by ${meta.framework}. Import @throughline/transform/${meta.framework} instead.`,
    );
  }
  const { compiler } = meta.webpack;
  const { EntryPlugin, NormalModuleReplacementPlugin } = compiler.webpack;
  return createPlugin(options, compiler, {
    // An entry without a name becomes part of every entry, and precedes it.
    addEntry: (file) => new EntryPlugin(compiler.context, file, {}).apply(compiler),
    replaceModule: (request, file) => new NormalModuleReplacementPlugin(request, file).apply(compiler),
  });
});

/**
 * Creates the plugin for webpack. It runs after all loaders. For targets that provide Node's modules it does nothing
 * unless the option `server` is set.
 *
 * @param options see {@link PluginOptions}
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the compiler is created, if the package `throughline` is not installed
 *
 * @example
 * // webpack.config.js
 * import throughline from '@throughline/transform/webpack';
 * export default { entry: './src/main.js', plugins: [throughline()] };
 *
 * @see https://webpack.js.org/concepts/plugins/
 */
export default function throughline(options: PluginOptions = {}): WebpackPluginInstance {
  checkPluginOptions(options);
  return createInstance(options);
}
