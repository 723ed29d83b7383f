/**
 * The plugin for Babel: for Jest, for bundlers that compile with Babel, and for Metro without `withThroughline`. It works
 * after all plugins and presets of its configuration, wherever it is listed.
 */
import type { BabelApi, BabelFile } from '../babel/babel-api.js';
import { transformSyntaxTree } from '../babel/transform-syntax-tree.js';
import { workLast } from '../babel/work-last.js';
import { checkOptions } from '../check-options.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { GENERATOR_FRAMES } from '../transform.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';

/** The options of the plugin for Babel. */
export type BabelPluginOptions = Pick<PluginOptions, 'generators' | 'server'>;

/** What a plugin for Babel is. */
export interface BabelPlugin {
  readonly name: string;
  /** Called by Babel before it processes a file. */
  readonly manipulateOptions: (options: never) => void;
  /** Called by Babel after all plugins have seen a file. */
  readonly post: (file: never) => void;
}

/** The part of Babel's `File` that is used. */
interface FileOfBabel {
  readonly ast: BabelFile;
  readonly code: string;
  readonly opts: {
    readonly filename?: string | null;
    readonly cwd?: string;
    readonly plugins?: object[];
    /**
     * What runs Babel. Bundlers state whether they build for a server, and Expo states which files are scripts, which run
     * before all modules and cannot load one.
     */
    readonly caller?: { readonly isServer?: boolean; readonly metroSourceType?: string } | null;
  };
  get(key: string): unknown;
}

/** The key under which the plugins that convert modules note which format they have written. */
const MODULE_FORMAT = '@babel/plugin-transform-modules-*';

/**
 * Creates the plugin for Babel. Babel calls this function itself: list its name, `@throughline/transform/babel`, among the
 * plugins. Files that a bundler compiles for a server are not changed unless the option `server` is set.
 *
 * @param babel `@babel/core`, of version 7 or newer
 * @param options `generators` and `server`, see {@link PluginOptions}
 * @returns the plugin
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value
 * @throws {Error} if the package `throughline` is not installed
 *
 * @example
 * // babel.config.js
 * export default { presets: ['@babel/preset-env'], plugins: ['@throughline/transform/babel'] };
 *
 * @see https://babeljs.io/docs/plugins
 */
export default function throughline(babel: object, options: BabelPluginOptions = {}): BabelPlugin {
  checkOptions('the plugin @throughline/transform/babel', options, { generators: GENERATOR_FRAMES, server: 'boolean' });
  const throughlineDirectory = findThroughlinePackage(process.cwd());
  return {
    name: 'throughline',
    ...workLast((file: FileOfBabel) => {
      const { filename, caller } = file.opts;
      if ((caller?.isServer && !options.server) || caller?.metroSourceType === 'script') return;
      if (filename && isThroughlineFile(filename, throughlineDirectory)) return;
      const source = { filename: filename ?? 'unknown', code: file.code, moduleFormat: file.get(MODULE_FORMAT) };
      transformSyntaxTree(babel as BabelApi, file.ast, source, transformOptionsOf(options));
    }),
  };
}
