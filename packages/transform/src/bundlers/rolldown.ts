/** The plugin for Rolldown. */
import type { SourceMapPayload } from 'node:module';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { Plugin } from 'rolldown' with { 'resolution-mode': 'import' };
import { PageLibraries } from '../libraries/page-libraries.js';
import { doctorOfDevelopment, type PageDoctor } from './page-doctor.js';
import { checkPluginOptions, type InnerPluginOptions, type PluginOptions, SHARED_LIBRARIES } from './plugin-options.js';
import { createSharedHooks, type PluginContext, RESOLVED_SPECIFIERS, type SharedHooks } from './rollup-family.js';

/**
 * Creates the plugin for Rolldown. With `platform: 'node'` it does nothing unless the option `server` is set.
 *
 * @param options see {@link PluginOptions}
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} when the build starts, if the package `throughline` is not installed
 *
 * @example
 * // rolldown.config.js
 * import throughline from '@throughline/transform/rolldown';
 * export default { input: 'src/main.js', plugins: [throughline()] };
 *
 * @see https://rolldown.rs/apis/plugin-api
 */
export default function throughline(options: PluginOptions = {}): Plugin {
  checkPluginOptions(options);
  const shared = (options as InnerPluginOptions)[SHARED_LIBRARIES];
  const libraries = shared?.libraries ?? new PageLibraries(options.libraries);
  let hooks: SharedHooks | undefined;
  let doctor: PageDoctor | undefined;
  let isActive = true;
  let isPage = true;
  let isMapped = true;
  return {
    name: 'throughline',
    options({ platform, cwd, plugins }) {
      isPage = platform !== 'node';
      isActive = (isPage || options.server === true) && !isViteScan(plugins);
      const root = cwd ?? process.cwd();
      if (shared === undefined && isPage) doctor = doctorOfDevelopment(options.doctor, root, (text) => this.warn(text));
      hooks = createSharedHooks(options, root, {}, libraries, () => (shared === undefined ? doctor : shared.doctor));
    },
    outputOptions({ sourcemap = false }) {
      isMapped = sourcemap !== false;
      return null;
    },
    resolveId: {
      filter: { id: RESOLVED_SPECIFIERS },
      handler(source, importer, resolveOptions) {
        if (!isActive || hooks === undefined) return null;
        return hooks.resolveId(this as PluginContext, source, importer, resolveOptions);
      },
    },
    transform(code, id, { moduleType }) {
      const isEntry = this.getModuleInfo(id)?.isEntry === true;
      const warn = shared?.warn ?? ((message: string) => this.warn(message));
      const previousMap = () => this.getCombinedSourcemap() as unknown as SourceMapPayload;
      const file = { isEntry, isPage, isMapped, moduleType, warn, previousMap };
      return isActive ? hooks?.transform(code, id, file) : undefined;
    },
  };
}

/** Vite scans for dependencies with the same plugins with which it then bundles them. A scan only reads the files. */
function isViteScan(plugins: unknown): boolean {
  return Array.isArray(plugins) && plugins.some((plugin) => plugin?.name?.startsWith('vite:dep-scan'));
}
