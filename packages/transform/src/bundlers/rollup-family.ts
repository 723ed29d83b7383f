/** The hooks that the plugins for Rollup, Rolldown and Vite share. */

import { findOwnPackage, isOwnFile } from '../throughline-package.js';
import { type TransformOptions, type TransformResult, transform } from '../transform.js';
import { ASYNC_HOOKS, INSTALL_FILE, type PluginOptions } from './plugin-options.js';

/** What is used of a bundler's plugin context. */
export interface Context {
  resolve(
    source: string,
    importer: string | undefined,
    options: { skipSelf: boolean },
  ): Promise<{ id: string; external?: unknown } | null>;
}

export interface Hooks {
  /** Where the specifier leads to, if it is one of ours; else null. */
  resolve(context: Context, source: string, importer: string | undefined): Promise<string | null>;
  transform(code: string, id: string, isEntry: boolean): TransformResult | undefined;
}

export function makeHooks(
  options: PluginOptions,
  root: string,
  transformOptions: Pick<TransformOptions, 'lang' | 'sourceType'>,
): Hooks {
  const ownPackage = findOwnPackage(root);
  const beside = `${ownPackage}/package.json`;

  return {
    async resolve(context, source, importer) {
      const isAsyncHooks = ASYNC_HOOKS.test(source);
      if (!isAsyncHooks && source !== 'throughline/await' && source !== 'throughline/web') return null;
      const specifier = isAsyncHooks ? 'throughline/async_hooks' : source;
      const found =
        (await context.resolve(specifier, importer, { skipSelf: true })) ??
        (await context.resolve(specifier, beside, { skipSelf: true }));
      return found?.id ?? null;
    },

    transform(code, id, isEntry) {
      const filename = id.replace(/[?#].*$/s, '');
      if (id.startsWith('\0') || isOwnFile(filename, ownPackage)) return undefined;
      const begins = isEntry && options.install !== false ? `import ${JSON.stringify(INSTALL_FILE)};` : '';
      return transform(code, { ...options, ...transformOptions, filename, begins });
    },
  };
}
