/**
 * The Babel transformer that Metro's workers load in place of the project's own. It calls the project's transformer,
 * and transforms the syntax tree that this one returns, whether it is that of React Native, of Expo or for SVG files.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { endOfDirectives } from '../analysis/directives.js';
import type { BabelApi, BabelFile } from '../babel/babel-api.js';
import { transformSyntaxTree } from '../babel/transform-syntax-tree.js';
import type { LibrariesOption } from '../libraries/libraries-option.js';
import { PageLibraries } from '../libraries/page-libraries.js';
import { parse } from '../parse/parse.js';
import { findThroughlinePackage, isThroughlineFile } from '../throughline-package.js';
import type { TransformOptions } from '../transform.js';

const { version: VERSION }: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** What Metro calls. */
export interface BabelTransformer {
  transform(file: MetroFile): MetroResult | Promise<MetroResult>;
  getCacheKey?(...args: readonly unknown[]): string;
}

/** The part of what Metro states about a file that is used. */
interface MetroFile {
  /** Relative to the root of the project. */
  readonly filename: string;
  readonly src: string;
  readonly options: {
    readonly projectRoot: string;
    /** Scripts run before all modules, and cannot load one. */
    readonly type?: string;
    readonly customTransformOptions?: CustomOptions | undefined;
  };
}

interface MetroResult {
  readonly ast?: BabelFile | null;
}

/** Expo states here for which environment it builds. */
export interface CustomOptions {
  readonly environment?: unknown;
}

/** What `withThroughline` passes on to the workers, as JSON. */
export interface TransformerSettings {
  /** The path of the transformer of the project. */
  readonly babelTransformerPath: string;
  /** The path of `@babel/core`. */
  readonly babelPath: string;
  readonly transformOptions: Pick<TransformOptions, 'generators'>;
  readonly libraries: LibrariesOption;
  readonly server: boolean;
  /** The module that the first module of React Native loads at its end. Without it, nothing is installed. */
  readonly install?: string | undefined;
}

/** The module of React Native that Metro runs before the entry of the app. It defines timers, `fetch` and the like. */
const INITIALIZE_CORE = /[\\/]Libraries[\\/]Core[\\/]InitializeCore\.js$/;

/** Creates the transformer. */
export function createTransformer(settings: TransformerSettings): BabelTransformer {
  const { babelTransformerPath, babelPath, transformOptions, libraries, server, install } = settings;
  const load = createRequire(babelTransformerPath);
  const inner: BabelTransformer = exportOf(load(babelTransformerPath));
  const babel: BabelApi = load(babelPath);
  const pageLibraries = new PageLibraries(libraries);
  let throughlineDirectory: string | undefined;

  return {
    transform(file) {
      const { projectRoot, type, customTransformOptions } = file.options;
      const path = resolve(projectRoot, file.filename);
      throughlineDirectory ??= findThroughlinePackage(projectRoot);
      const isLeftAlone =
        type === 'script' ||
        (isServerEnvironment(customTransformOptions) && !server) ||
        isThroughlineFile(path, throughlineDirectory);
      if (isLeftAlone) return inner.transform(file);
      const source = { filename: path, code: file.src };
      const src = addInstallation(cureLibrary(pageLibraries, path, file.src), path, install);
      const finish = (result: MetroResult): MetroResult => {
        if (result.ast) transformSyntaxTree(babel, result.ast, source, transformOptions);
        return result;
      };
      const result = inner.transform({ ...file, src });
      return result instanceof Promise ? result.then(finish) : finish(result);
    },

    getCacheKey(...args) {
      // Machines can share Metro's cache, so the key has no paths.
      const hash = createHash('sha256').update(readFileSync(babelTransformerPath)).digest('hex');
      const options = { transformOptions, libraries, server, install };
      return JSON.stringify([VERSION, options, hash, inner.getCacheKey?.(...args)]);
    },
  };
}

export function isServerEnvironment(options: CustomOptions | undefined): boolean {
  return options?.environment === 'node' || options?.environment === 'react-server';
}

/** As Metro does it. */
function exportOf(module: BabelTransformer & { readonly __esModule?: boolean; readonly default?: BabelTransformer }) {
  return module.__esModule === true && module.default !== undefined ? module.default : module;
}

/** Gives a library its storage. What the file then imports follows its directives, in the first line of its code. */
function cureLibrary(libraries: PageLibraries, path: string, src: string): string {
  const { code, begins } = libraries.cure(path, src);
  if (begins === '') return code;
  const { program } = parse(code, path, undefined, undefined);
  const at = endOfDirectives(program.body, program.hashbang?.end ?? 0);
  return `${code.slice(0, at)}${at > 0 ? '\n' : ''}${begins}${code.slice(at)}`;
}

function addInstallation(src: string, path: string, install: string | undefined): string {
  return install !== undefined && INITIALIZE_CORE.test(path) ? `${src}\nrequire(${JSON.stringify(install)});\n` : src;
}
