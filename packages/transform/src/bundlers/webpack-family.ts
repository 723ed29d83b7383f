/** The common part of the plugins for webpack and Rspack: both bundlers have the same hooks and the same loaders. */
import type { NativeBuildContext, UnpluginOptions } from 'unplugin';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import type { SourceType } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { findThroughlinePackage, isThroughlineFile, resolveThroughlineModule } from '../throughline-package.js';
import { transform } from '../transform.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';

/** Files that are JavaScript once the other loaders have processed them. */
const CODE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?)$/;

const HELPER_REQUEST = new RegExp(`^${HELPER_SPECIFIER}$`);

/**
 * The source type by the type of a module, which the extension or the nearest package.json determines. The code decides
 * for modules of any other type.
 */
const SOURCE_TYPES: ReadonlyMap<unknown, SourceType> = new Map([
  ['javascript/esm', 'module'],
  ['javascript/dynamic', 'commonjs'],
]);

/** The part of a compiler that is used. */
export interface Compiler {
  readonly context: string;
  readonly options: {
    readonly resolve: { readonly conditionNames?: readonly string[] | undefined };
    readonly externalsPresets: { readonly node?: boolean | undefined };
  };
  readonly hooks: { readonly afterEnvironment: { tap(name: string, fn: () => void): void } };
}

/** The bundler's own plugins. They come from the compiler, so each bundler's file applies them. */
export interface BundlerActions {
  /** Makes every entry begin with a file. */
  addEntry(file: string): void;
  /** Replaces a module with a file wherever the module is requested. */
  replaceModule(request: RegExp, file: string): void;
}

export function createPlugin(
  options: PluginOptions,
  compiler: Compiler,
  { addEntry, replaceModule }: BundlerActions,
): UnpluginOptions {
  const name = 'throughline';
  const directory = findThroughlinePackage(compiler.context);
  const isForServer = () => compiler.options.externalsPresets.node === true;
  // The options are not complete before this hook.
  compiler.hooks.afterEnvironment.tap(name, () => {
    const isServer = isForServer();
    if (isServer && !options.server) return;
    const conditions = [
      'module',
      ...(isServer ? ['node'] : []),
      // Else the page would contain a second build of the package.
      ...(compiler.options.resolve.conditionNames ?? []).filter((name) => name.startsWith('throughline-')),
    ];
    replaceModule(HELPER_REQUEST, resolveThroughlineModule(HELPER_SPECIFIER, directory, conditions));
    if (isServer) return;
    replaceModule(NODE_ASYNC_HOOKS, resolveThroughlineModule(ASYNC_HOOKS_SPECIFIER, directory, conditions));
    if (options.install !== false) addEntry(INSTALL_FILE);
  });
  return {
    name,
    // After the loaders of the project have compiled to JavaScript.
    enforce: 'post',
    transform: {
      filter: { id: CODE_FILE },
      handler(code, id) {
        const filename = id.replace(/[?#].*$/s, '');
        if ((isForServer() && !options.server) || isThroughlineFile(filename, directory)) return undefined;
        try {
          const sourceType = SOURCE_TYPES.get(moduleTypeOf(this.getNativeBuildContext?.()));
          return transform(code, {
            ...transformOptionsOf(options),
            filename,
            lang: 'jsx',
            ...(sourceType !== undefined && { sourceType }),
          });
        } catch (error) {
          // Both bundlers show only the message of an error.
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

/** The type of the module that is being built. It is not part of the documented loader context. */
function moduleTypeOf(context: NativeBuildContext | undefined): unknown {
  if (context?.framework !== 'webpack' && context?.framework !== 'rspack') return undefined;
  return (context.loaderContext as { _module?: { type?: unknown } } | undefined)?._module?.type;
}
