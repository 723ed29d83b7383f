/**
 * Transforms a syntax tree of Babel, after all other plugins. Their output is printed as JavaScript, so the transform
 * is the same as everywhere else:
 *
 *     source ──parse, plugins and presets──▶ tree ──print──▶ code ──transform──▶ code ──parse──▶ tree
 *
 * By then, types and JSX are gone, worklets and React's fast refresh have read the functions as they were written, and
 * async functions that a preset has lowered need no transform. Trees without async functions are not printed.
 */
import { SourceMap as MapLookup, type SourceMapPayload } from 'node:module';
import { ASYNC_HOOKS_SPECIFIER } from '../bundlers/page-modules.js';
import { HELPER_SPECIFIER } from '../emit/await-helpers.js';
import type { Language } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { codeAtEnd, findPromiseLibrary } from '../promise-libraries.js';
import { type TransformOptions, transformFile } from '../transform.js';
import type { BabelApi, BabelFile, BabelNode } from './babel-api.js';
import { OriginalPositions, SOURCE } from './original-positions.js';
import { readTreeFacts } from './tree-facts.js';

export interface SourceFile {
  /** The path of the file. */
  readonly filename: string;
  /** The source, for errors. */
  readonly code: string;
  /** The format to which a plugin has converted the module, such as `commonjs`. */
  readonly moduleFormat?: unknown;
}

/** Marks the program of a tree that was transformed, so that another plugin of this package leaves it as it is. */
const TRANSFORMED = 'throughline';

/**
 * Transforms a tree in place.
 * @throws {TransformError} if it still has types of Flow, has no place for an import, or cannot be transformed
 */
export function transformSyntaxTree(
  babel: BabelApi,
  tree: BabelFile,
  { filename, code, moduleFormat }: SourceFile,
  options: Pick<TransformOptions, 'generators'>,
): void {
  const { program } = tree;
  if (program.extra?.[TRANSFORMED] === true) return;
  program.extra = { ...program.extra, [TRANSFORMED]: true };
  const facts = readTreeFacts(babel, tree, options.generators === 'creation');
  if (!facts.canSuspend && findPromiseLibrary(filename) === undefined) return;
  if (facts.flowType !== undefined) throw flowIsLeft(facts.flowType, filename, code);
  if (moduleFormat !== undefined && moduleFormat !== 'commonjs')
    throw formatWithoutImports(String(moduleFormat), filename);

  const printed = print(babel, tree, code, filename);
  const lang = facts.hasTypescript ? (/\.[cm]?ts$/.test(filename) ? 'ts' : 'tsx') : 'jsx';
  const isModule = facts.isModule || /\.m[jt]s$/.test(filename);
  let result: ReturnType<typeof transformFile>;
  try {
    result = transformFile(printed.code, { ...options, filename, lang, sourceType: isModule ? 'module' : 'commonjs' });
  } catch (error) {
    throw error instanceof TransformError ? atOriginal(error, printed, filename, code) : error;
  }
  if (result === undefined) return;

  const transformed = parse(babel, withPageModules(result.code, filename), lang, isModule);
  new OriginalPositions(result.map.mappings, printed.map).assignTo(babel, transformed);
  loadHelpersFirst(babel, transformed.program.body);
  const { interpreter, directives, body } = transformed.program;
  Object.assign(program, { interpreter, directives, body });
  tree.comments = transformed.comments ?? null;
  // They would be those of the source.
  if (tree.tokens) tree.tokens = undefined;
}

/**
 * Replaces Node's `async_hooks` in the code that the transform adds to the classes of promises of libraries. Bundlers
 * resolve it to Throughline by their plugins.
 */
function withPageModules(code: string, filename: string): string {
  const library = findPromiseLibrary(filename);
  const end = library === undefined ? '' : codeAtEnd(library);
  if (end === '' || !code.endsWith(end)) return code;
  return code.slice(0, -end.length) + end.replaceAll('"async_hooks"', `"${ASYNC_HOOKS_SPECIFIER}"`);
}

interface PrintedTree {
  readonly code: string;
  /** From the code to the source. */
  readonly map: SourceMapPayload;
}

/** No configuration of the project applies to code that other plugins have processed. */
const WITHOUT_CONFIGURATION = { configFile: false, babelrc: false, browserslistConfigFile: false };

function print(babel: BabelApi, tree: BabelFile, code: string, filename: string): PrintedTree {
  const printed = babel.transformFromAstSync(tree, code, {
    ...WITHOUT_CONFIGURATION,
    filename,
    ast: false,
    cloneInputAst: false,
    comments: true,
    compact: false,
    inputSourceMap: false,
    minified: false,
    sourceFileName: SOURCE,
    sourceMaps: true,
  });
  if (printed?.code == null || printed.map == null) throw new Error(`Babel has not printed ${filename}.`);
  return { code: printed.code, map: printed.map };
}

/** Syntax that Babel knows, but does not expect. Newer versions expect some of it. */
const SYNTAX = [
  'decoratorAutoAccessors',
  'deferredImportEvaluation',
  'explicitResourceManagement',
  'importAttributes',
  'sourcePhaseImports',
];

/** What the plugins have made is code, even if a person could not have written it. */
const LENIENT = {
  allowNewTargetOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
};

function parse(babel: BabelApi, code: string, lang: Language, isModule: boolean): BabelFile {
  const plugins = [
    ...SYNTAX,
    ...(lang === 'ts' ? [] : ['jsx']),
    ...(lang === 'jsx' ? [['decorators', { version: '2023-11' }]] : ['typescript', 'decorators-legacy']),
  ];
  const tree = babel.parseSync(code, {
    ...WITHOUT_CONFIGURATION,
    // A namespace of TypeScript can have exports, and a module that is compiled to CommonJS `import a = require()`.
    sourceType: isModule || lang !== 'jsx' ? 'module' : 'script',
    parserOpts: { ...LENIENT, plugins },
  });
  // Only ignored files have none, which only a configuration can name.
  if (tree === null) throw new Error('Babel has not parsed the transformed code.');
  return tree;
}

/**
 * Loads the helpers before all other code of an ES module, with a statement that no tool moves. Metro's
 * `inlineRequires` loads a module where one of its names is used first: within the body of the first async generator,
 * whose methods the helpers must have patched before. It does so with imports, and not with the destructuring in a
 * CommonJS module.
 */
function loadHelpersFirst({ types }: BabelApi, body: BabelNode[]): void {
  const index = body.findIndex(
    (statement) => statement.type === 'ImportDeclaration' && sourceOf(statement) === HELPER_SPECIFIER,
  );
  if (index >= 0) body.splice(index, 0, types.importDeclaration([], types.stringLiteral(HELPER_SPECIFIER)));
}

function sourceOf(declaration: BabelNode): unknown {
  return (declaration as { readonly source?: { readonly value?: unknown } }).source?.value;
}

/** Moves the position of an error in printed code to the source. */
function atOriginal(
  { reason, loc }: TransformError,
  { map }: PrintedTree,
  filename: string,
  code: string,
): TransformError {
  const entry = new MapLookup(map).findEntry(loc.line - 1, loc.column);
  const [line, column] = 'originalLine' in entry ? [entry.originalLine, entry.originalColumn] : [0, 0];
  return new TransformError(reason, filename, code, offsetOf(code, line, column));
}

function flowIsLeft({ loc }: BabelNode, filename: string, code: string): TransformError {
  const reason =
    'The file still has types of Flow after all plugins and presets. Add @babel/preset-flow, or a preset that contains it, to the configuration of Babel that has @throughline/transform/babel';
  return new TransformError(reason, filename, code, loc ? offsetOf(code, loc.start.line - 1, loc.start.column) : 0);
}

/** The helpers cannot be added to the list of dependencies. */
function formatWithoutImports(format: string, filename: string): TransformError {
  const reason = `@throughline/transform/babel cannot add an import to a module that Babel has converted to ${format}. Let a bundler convert the modules, with its own plugin of @throughline/transform`;
  return new TransformError(reason, filename, '', 0);
}

/** @param line counts from 0 */
function offsetOf(code: string, line: number, column: number): number {
  let start = 0;
  for (let i = 0; i < line; i++) start = code.indexOf('\n', start) + 1;
  return start + column;
}
