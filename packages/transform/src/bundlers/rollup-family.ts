/** The hooks that the plugins for Rollup, Rolldown and Vite share. */
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { type TransformOptions, type TransformResult, transform } from '../transform.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';

/** The part of a bundler's plugin context that is used. */
export interface PluginContext {
  resolve(
    source: string,
    importer: string | undefined,
    options: { skipSelf: boolean },
  ): Promise<{ id: string; external?: unknown } | null>;
}

export interface SharedHooks {
  /** Resolves the specifiers of our modules; returns null for all others. */
  resolveId(context: PluginContext, source: string, importer: string | undefined): Promise<string | null>;
  /** @param isMapped whether the build has source maps */
  transform(code: string, id: string, isEntry: boolean, isMapped: boolean): TransformedModule | undefined;
}

export interface TransformedModule {
  readonly code: string;
  readonly map: TransformResult['map'] | null;
}

/**
 * The specifiers that `resolveId` resolves. As a filter of the hook, it saves a call into JavaScript for every import of a
 * build.
 */
export const RESOLVED_SPECIFIERS = new RegExp(`${NODE_ASYNC_HOOKS.source}|^${HELPER_SPECIFIER}$|^throughline/web$`);

/** @param root the directory of the project */
export function createSharedHooks(
  options: PluginOptions,
  root: string,
  transformOptions: Pick<TransformOptions, 'lang' | 'sourceType'>,
): SharedHooks {
  const throughlineDirectory = findThroughlinePackage(root);
  const throughlineImporter = `${throughlineDirectory}/package.json`;

  return {
    async resolveId(context, source, importer) {
      // Older versions of the bundlers do not apply the filter.
      if (!RESOLVED_SPECIFIERS.test(source)) return null;
      const specifier = NODE_ASYNC_HOOKS.test(source) ? ASYNC_HOOKS_SPECIFIER : source;
      const resolved =
        (await context.resolve(specifier, importer, { skipSelf: true })) ??
        (await context.resolve(specifier, throughlineImporter, { skipSelf: true }));
      return resolved?.id ?? null;
    },

    transform(code, id, isEntry, isMapped) {
      const filename = id.replace(/[?#].*$/s, '');
      // By convention, the ids of virtual modules begin with this character.
      if (id.startsWith('\0') || isThroughlineFile(filename, throughlineDirectory)) return undefined;
      const begins = isEntry && options.install !== false ? `import ${JSON.stringify(INSTALL_FILE)};` : '';
      const result = transform(code, { ...transformOptionsOf(options), ...transformOptions, filename, begins });
      return result === undefined || isMapped ? result : { code: result.code, map: null };
    },
  };
}
