/** The hooks that the plugins for Rollup, Rolldown and Vite share. */
import { readFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import type { PageLibraries, Warn } from '../libraries/page-libraries.js';
import type { Language } from '../parse/parse.js';
import { codeAtEnd, findPromiseLibrary } from '../promise-libraries.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import { type TransformResult, transform } from '../transform.js';
import { DOCTOR_PAGE_SPECIFIER, type PageDoctor } from './page-doctor.js';
import { ASYNC_HOOKS_SPECIFIER, INSTALL_FILE, NODE_ASYNC_HOOKS } from './page-modules.js';
import { type PluginOptions, transformOptionsOf } from './plugin-options.js';

/** What a bundler knows about an import. It is passed on to the other plugins, which may need any of it. */
export interface ResolveOptions {
  readonly isEntry?: boolean | undefined;
  readonly skipSelf?: boolean | undefined;
}

/** The part of a bundler's plugin context that is used. */
export interface PluginContext {
  resolve(
    source: string,
    importer: string | undefined,
    options: ResolveOptions,
  ): Promise<{ id: string; external?: unknown } | null>;
}

export interface SharedHooks {
  /**
   * Loads a file of a library with a promise class of its own, in builds in which a plugin converts CommonJS modules to ES
   * modules before the transform; returns null for all others.
   */
  load(id: string): string | null;
  /** Resolves the specifiers of our modules; returns null for all others. */
  resolveId(
    context: PluginContext,
    source: string,
    importer: string | undefined,
    options: ResolveOptions,
  ): Promise<string | null>;
  transform(code: string, id: string, file: FileContext): TransformedModule | undefined;
}

/** What a bundler knows about a file. */
export interface FileContext {
  /** Whether it is the first module of a page. */
  readonly isEntry: boolean;
  /** Whether it becomes part of a page, and not of a server. */
  readonly isPage: boolean;
  /** Whether the build has source maps. */
  readonly isMapped: boolean;
  /** How Rolldown reads the file. By default, the name of the file determines it. */
  readonly moduleType?: string | undefined;
  readonly warn: Warn;
  /** Returns the map of all plugins before. */
  readonly previousMap?: (() => SourceMapPayload | null) | undefined;
  /** Whether the doctor leaves the file alone: it was instrumented before, or belongs to the server. */
  readonly isLeftAlone?: boolean;
}

export interface TransformedModule {
  readonly code: string;
  readonly map: TransformResult['map'] | null;
}

/**
 * The specifiers that `resolveId` resolves. As a filter of the hook, it saves a call into JavaScript for every import of a
 * build.
 */
export const RESOLVED_SPECIFIERS = new RegExp(
  `${NODE_ASYNC_HOOKS.source}|^${HELPER_SPECIFIER}$|^throughline/web$|^${DOCTOR_PAGE_SPECIFIER}$`,
);

/** The languages by the types of modules with code. A module of any other type is text, for example. */
const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ['js', 'jsx'],
  ['jsx', 'jsx'],
  ['ts', 'ts'],
  ['tsx', 'tsx'],
]);

/**
 * @param root the directory of the project
 * @param libraries the libraries in the pages of the plugin
 * @param doctorOfPages returns the doctor; undefined in a build without it
 */
export function createSharedHooks(
  options: PluginOptions,
  root: string,
  transformOptions: { readonly lang?: Language; readonly sourceType?: 'module' },
  libraries: PageLibraries,
  doctorOfPages: () => PageDoctor | undefined,
): SharedHooks {
  const throughlineDirectory = findThroughlinePackage(root);
  const throughlineImporter = `${throughlineDirectory}/package.json`;

  return {
    load(id) {
      const library = findPromiseLibrary(id);
      return library === undefined || library.isModule ? null : readFileSync(id, 'utf8') + codeAtEnd(library);
    },

    async resolveId(context, source, importer, options) {
      // Older versions of the bundlers do not apply the filter.
      if (!RESOLVED_SPECIFIERS.test(source)) return null;
      const specifier = NODE_ASYNC_HOOKS.test(source) ? ASYNC_HOOKS_SPECIFIER : source;
      const resolved =
        (await context.resolve(specifier, importer, { ...options, skipSelf: true })) ??
        (await context.resolve(specifier, throughlineImporter, { ...options, skipSelf: true }));
      if (resolved === null && specifier === DOCTOR_PAGE_SPECIFIER) return doctorOfPages()?.pageModule ?? null;
      return resolved?.id ?? null;
    },

    transform(code, id, { isEntry, isPage, isMapped, moduleType, warn, previousMap, isLeftAlone }) {
      const filename = id.replace(/[?#].*$/s, '');
      const lang = moduleType === undefined ? undefined : LANGUAGES.get(moduleType);
      if (moduleType !== undefined && lang === undefined) return undefined;
      // By convention, the ids of virtual modules begin with this character.
      if (id.startsWith('\0') || isThroughlineFile(filename, throughlineDirectory)) return undefined;
      const install = isEntry && options.install !== false ? `import ${JSON.stringify(INSTALL_FILE)};` : '';
      if (isPage) libraries.inspect(filename, warn);
      const cured = isPage ? libraries.cure(filename, code) : { code, begins: '' };
      const doctor = isPage && !isLeftAlone ? doctorOfPages() : undefined;
      if (doctor?.isOwnFile(filename)) return undefined;
      const doctored = doctor?.instrument(cured.code, {
        filename,
        lang: transformOptions.lang ?? lang,
        sourceType: transformOptions.sourceType,
        map: previousMap?.(),
        query: id.slice(filename.length).replace(/[?&]t=\d+/, ''),
      });
      const begins = install + (doctored?.begins ?? '') + cured.begins;
      const result = transform(doctored?.code ?? cured.code, {
        ...(lang !== undefined && { lang }),
        ...transformOptionsOf(options),
        ...transformOptions,
        filename,
        begins,
      });
      if (result === undefined || !isMapped) return result && { code: result.code, map: null };
      return { code: result.code, map: doctored?.trace(result.map) ?? result.map };
    },
  };
}
