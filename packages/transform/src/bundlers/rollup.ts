/** The plugin for Rollup. */
import type { SourceMapPayload } from 'node:module';
import type { Plugin } from 'rollup';
import { PageLibraries } from '../libraries/page-libraries.js';
import { doctorOfDevelopment } from './page-doctor.js';
import { checkPluginOptions, type PluginOptions } from './plugin-options.js';
import { createSharedHooks, type PluginContext, type SharedHooks } from './rollup-family.js';

/**
 * Creates the plugin for Rollup. List it after the plugins that compile to JavaScript. Rollup does not know whether it
 * builds for a page or for a server, so leave the plugin out of the configuration of a server build.
 *
 * @param options see {@link PluginOptions}; `server` has no effect
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the build starts, if the package `throughline` is not installed
 *
 * @example
 * // rollup.config.js
 * import throughline from '@throughline/transform/rollup';
 * export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [throughline()] };
 *
 * @see https://rollupjs.org/plugin-development/
 */
export default function throughline(options: PluginOptions = {}): Plugin {
  checkPluginOptions(options);
  const libraries = new PageLibraries(options.libraries);
  let hooks: SharedHooks | undefined;
  return {
    name: 'throughline',
    buildStart() {
      const doctor = doctorOfDevelopment(options.doctor, process.cwd(), (message) => this.warn(message));
      hooks = createSharedHooks(options, process.cwd(), { sourceType: 'module' }, libraries, () => doctor);
    },
    load(id) {
      return hooks?.load(id) ?? null;
    },
    resolveId(source, importer, resolveOptions) {
      return hooks?.resolveId(this as PluginContext, source, importer, resolveOptions) ?? null;
    },
    transform: {
      // After the plugins that compile to JavaScript, and the one that turns CommonJS modules into ES modules.
      order: 'post',
      handler(code, id) {
        const isEntry = this.getModuleInfo(id)?.isEntry === true;
        const warn = (message: string) => this.warn(message);
        // Rollup reads the options of the output, and thus whether there are source maps, after all modules.
        const previousMap = () => this.getCombinedSourcemap() as unknown as SourceMapPayload;
        return hooks?.transform(code, id, { isEntry, isPage: true, isMapped: true, warn, previousMap });
      },
    },
  };
}
