/** What the plugins for webpack and Rspack have in common: both have the same hooks and the same loaders. */
import type { NativeBuildContext, UnpluginOptions } from 'unplugin';
import type { SourceType } from '../parse.js';
import { findOwnPackage, isOwnFile } from '../throughline-package.js';
import { transform } from '../transform.js';
import { TransformError } from '../transform-error.js';
import { ASYNC_HOOKS, INSTALL_FILE, type PluginOptions } from './plugin-options.js';

/** Files that are JavaScript when the loaders before this one are done with them. */
const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?)$/;

/** What the nearest package.json or the file's name says; where they say nothing, the code does. */
const SOURCE_TYPES: ReadonlyMap<unknown, SourceType> = new Map([
  ['javascript/esm', 'module'],
  ['javascript/dynamic', 'commonjs'],
]);

/** What is used of a compiler. */
export interface Compiler {
  readonly context: string;
  readonly options: {
    readonly externalsPresets: { readonly node?: boolean | undefined };
  };
  readonly hooks: { readonly afterEnvironment: { tap(name: string, fn: () => void): void } };
}

/** The two bundlers' own plugins, made by who knows them. */
export interface Parts {
  /** Adds a file to what every entry begins with. */
  addEntry(file: string): void;
  /** Lets a module be taken for another. */
  replace(module: RegExp, file: string): void;
}

export function pluginOf(options: PluginOptions, compiler: Compiler, { addEntry, replace }: Parts): UnpluginOptions {
  const name = 'throughline';
  const ownPackage = findOwnPackage(compiler.context);
  const isForServer = () => compiler.options.externalsPresets.node === true;
  // Only then are the options complete.
  compiler.hooks.afterEnvironment.tap(name, () => {
    const isServer = isForServer();
    if (isServer && !options.server) return;
    replace(/^throughline\/await$/, `${ownPackage}/dist/await${isServer ? '-native' : ''}.js`);
    if (isServer) return;
    replace(ASYNC_HOOKS, `${ownPackage}/dist/async_hooks.js`);
    if (options.install !== false) addEntry(INSTALL_FILE);
  });
  return {
    name,
    // When the loaders of the program have made JavaScript of it.
    enforce: 'post',
    transform: {
      filter: { id: SCRIPT },
      handler(code, id) {
        const filename = id.replace(/[?#].*$/s, '');
        if ((isForServer() && !options.server) || isOwnFile(filename, ownPackage)) return undefined;
        try {
          const sourceType = SOURCE_TYPES.get(moduleTypeOf(this.getNativeBuildContext?.()));
          return transform(code, {
            ...options,
            filename,
            lang: 'jsx',
            ...(sourceType !== undefined && { sourceType }),
          });
        } catch (error) {
          // Both show an error's message and nothing else of it.
          if (error instanceof TransformError) {
            error.message += `\n${error.frame}`;
            error.stack = `${error.name}: ${error.message}`;
          }
          throw error;
        }
      },
    },
  };
}

/** The type of the module that is being built, which is not among what loaders are promised. */
function moduleTypeOf(context: NativeBuildContext | undefined): unknown {
  if (context?.framework !== 'webpack' && context?.framework !== 'rspack') return undefined;
  return (context.loaderContext as { _module?: { type?: unknown } } | undefined)?._module?.type;
}
