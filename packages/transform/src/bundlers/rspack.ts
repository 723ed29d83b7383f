/** The plugin for Rspack. */
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { Compiler, RspackPluginInstance } from '@rspack/core' with { 'resolution-mode': 'import' };
import { checkPluginOptions, type PluginOptions } from './plugin-options.js';
import { applyPlugin } from './webpack-family.js';

/**
 * Creates the plugin for Rspack. It runs after all loaders. For targets that provide Node's modules it does nothing
 * unless the option `server` is set.
 *
 * @param options see {@link PluginOptions}
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the compiler is created, if the package `throughline` is not installed
 *
 * @example
 * // rspack.config.js
 * import throughline from '@throughline/transform/rspack';
 * export default { entry: './src/main.js', plugins: [throughline()] };
 *
 * @see https://rspack.rs/guide/features/plugin
 */
export default function throughline(options: PluginOptions = {}): RspackPluginInstance {
  checkPluginOptions(options);
  return {
    apply(compiler: Compiler) {
      const { EntryPlugin, NormalModuleReplacementPlugin } = compiler.webpack;
      applyPlugin(options, compiler, {
        // An entry without a name becomes part of every entry, and precedes it.
        addEntry: (file) => new EntryPlugin(compiler.context, file, {}).apply(compiler),
        replaceModule: (request, file) => new NormalModuleReplacementPlugin(request, file).apply(compiler),
      });
    },
  };
}
