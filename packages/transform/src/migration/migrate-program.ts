/**
 * Migrates the files of a program: a pure function of their text.
 *
 * Imports of node:async_hooks are decided one by one. The values of the other libraries are shared by all files, so each
 * of these libraries is replaced in the whole program or not at all.
 */
import { TransformError } from '../parse/transform-error.js';
import { migrateAsyncHooks } from './async-hooks.js';
import { migrateClsHooked } from './cls-hooked.js';
import { migrateHonoContextStorage } from './hono-context-storage.js';
import {
  applyEdits,
  type Change,
  type Edit,
  indexAfterEdits,
  type Leftover,
  type Library,
  type Replacement,
} from './migration.js';
import { migrateExpressHttpContext, migrateFastifyRequestContext } from './request-scope-libraries.js';
import { type Position, SourceFile, SourceText } from './source-file.js';

export interface ProgramFile {
  /** The path as it is reported, relative to the same directory for all files. */
  readonly path: string;
  readonly code: string;
  /** Whether the file may be changed. Others are read for what they share with files that may. */
  readonly isInput: boolean;
}

export interface ProgramOptions {
  /** Whether the program runs only on Node 24 and later. Default: false. */
  readonly runsOnNode24?: boolean;
  /** The names of the packages that the program depends on. */
  readonly packages?: ReadonlySet<string>;
  /** The directories of the packages that the program consists of, by name, relative to the same directory as files. */
  readonly ownPackages?: ReadonlyMap<string, string>;
  /** The libraries that must stay for a reason outside of the files. */
  readonly stays?: ReadonlyMap<Library, { readonly reason: string; readonly remedy: string }>;
}

/** A leftover and where it is, as the user sees it. */
export interface LocatedLeftover extends Leftover {
  readonly positionBefore: Position;
  /** The position in the new text of the file. */
  readonly positionAfter: Position;
}

export interface MigratedProgram {
  /** The new text of each file that changes, by path. */
  readonly outputs: ReadonlyMap<string, string>;
  /** In the order of the files and of their text. */
  readonly leftovers: readonly LocatedLeftover[];
  /** The files that do not parse. */
  readonly errors: readonly TransformError[];
  readonly notes: readonly string[];
  /** The fields of the request scope that TypeScript files read, and that no file declares. */
  readonly undeclaredFields: readonly string[];
  /** The packages that the new code imports. */
  readonly replacements: ReadonlySet<Replacement>;
  /** The libraries that no file uses anymore. */
  readonly removed: readonly Library[];
}

const LIBRARIES: readonly Library[] = [
  'node:async_hooks',
  'cls-hooked',
  'express-http-context',
  '@fastify/request-context',
  'hono/context-storage',
];

/** Matches the names of the libraries in the text of a file. */
const NAMES = /async_hooks|cls-hooked|express-http-context|@fastify\/request-context|hono\/context-storage/;

/** Matches the text of a file that may matter although it names no library. */
const USES = /[aA]syncLocalStorage|enterWith|\.disable\b|process\.namespaces|requestContext|RequestScope\b/;

const CODE_FILE = /\.[cm]?[jt]sx?$/;

const PARSE_REMEDY = 'Correct the file, and run the command again.';
const OTHER_FILE_REMEDY =
  'Move the code that uses the library to a JavaScript or TypeScript file, and run the command again.';

export function migrateProgram(files: readonly ProgramFile[], options: ProgramOptions = {}): MigratedProgram {
  // A namespace of cls-hooked can be used in files that do not name the library.
  const isRelevant = files.some(({ code }) => code.includes('cls-hooked'))
    ? () => true
    : ({ code }: ProgramFile) => NAMES.test(code) || USES.test(code);
  const errors: TransformError[] = [];
  const unread: SourceText[] = [];
  const parsed: SourceFile[] = [];
  const inputs = new Set<SourceText>();
  for (const file of files) {
    if (!isRelevant(file)) continue;
    const source = parseFile(file, errors);
    if (source instanceof SourceFile) parsed.push(source);
    else unread.push(source);
    if (file.isInput) inputs.add(source);
  }
  const { changes, leftovers } = migrateAsyncHooks(parsed, (file) => inputs.has(file), options.runsOnNode24 === true);
  const shared = [
    migrateClsHooked(parsed, {
      dependencies: options.packages ?? new Set(),
      own: options.ownPackages ?? new Map(),
    }),
    migrateExpressHttpContext(parsed),
    migrateFastifyRequestContext(parsed),
    migrateHonoContextStorage(parsed),
  ].filter(({ edits, obstacles }) => edits.size > 0 || obstacles.length > 0);
  for (const change of shared) preventBySurroundings(change, shared, unread, inputs, options);

  const left = [...leftovers, ...shared.flatMap(({ obstacles }) => obstacles)];
  let made = [...changes, ...shared.filter(({ isPossible }) => isPossible)];
  let edits = editsOf(made);
  for (let broken = firstBroken(edits); broken !== undefined; broken = firstBroken(edits)) {
    const { file, reason } = broken;
    for (const change of made.filter((one) => one.edits.has(file))) left.push(brokenChange(change, file, reason));
    made = made.filter((change) => !change.edits.has(file));
    edits = editsOf(made);
  }
  const outputs = new Map([...edits].map(([file, list]) => [file.path, applyEdits(file.code, list)]));
  const order = new Map(files.map(({ path }, index) => [path, index]));
  return {
    outputs,
    errors: errors.filter(({ id }) => NAMES.test(files.find(({ path }) => path === id)?.code ?? '')),
    leftovers: left
      .sort((a, b) => (order.get(a.file.path) ?? 0) - (order.get(b.file.path) ?? 0) || a.index - b.index)
      .map((item) => locate(item, outputs, item.file instanceof SourceFile ? edits.get(item.file) : undefined)),
    notes: [...new Set(made.flatMap(({ notes }) => [...notes]))],
    undeclaredFields: [...new Set(made.flatMap(({ undeclaredFields }) => [...undeclaredFields]))],
    replacements: new Set(made.flatMap(({ replacements }) => [...replacements])),
    removed: LIBRARIES.filter(
      (library) => made.some((change) => change.library === library) && !left.some((item) => item.library === library),
    ),
  };
}

function locate(
  leftover: Leftover,
  outputs: ReadonlyMap<string, string>,
  edits: readonly Edit[] = [],
): LocatedLeftover {
  const { file, index } = leftover;
  const after = new SourceText(file.path, outputs.get(file.path) ?? file.code);
  return {
    ...leftover,
    positionBefore: file.positionOf(index),
    positionAfter: after.positionOf(indexAfterEdits(index, edits)),
  };
}

function parseFile({ path, code }: ProgramFile, errors: TransformError[]): SourceFile | SourceText {
  if (!CODE_FILE.test(path)) return new SourceText(path, code);
  try {
    return new SourceFile(path, code);
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    errors.push(error);
    return new SourceText(path, code);
  }
}

/** Records the obstacles to a change of the whole program that its own code does not show. */
function preventBySurroundings(
  change: Change,
  others: readonly Change[],
  unread: readonly SourceText[],
  inputs: ReadonlySet<SourceText>,
  { stays }: ProgramOptions,
): void {
  const { library } = change;
  const [first] = change.edits.keys();
  const reason = stays?.get(library);
  if (reason !== undefined && first !== undefined) change.prevent(first, 0, reason.reason, reason.remedy);
  for (const file of unread) {
    const index = file.code.indexOf(library);
    // A file that uses a namespace of cls-hooked need not name the library.
    if (index === -1 && !(library === 'cls-hooked' && CODE_FILE.test(file.path))) continue;
    const [what, remedy] = CODE_FILE.test(file.path)
      ? ['does not parse', PARSE_REMEDY]
      : ['is not a JavaScript or TypeScript file', OTHER_FILE_REMEDY];
    change.prevent(file, Math.max(index, 0), `The file ${what}, so the command cannot tell what it uses.`, remedy);
  }
  for (const [file, edits] of change.edits) {
    if (inputs.has(file)) continue;
    change.prevent(
      file,
      Math.min(...edits.map(({ start }) => start)),
      `The file uses ${library}, but is not among the files to change.`,
      'Run the command for the whole project: all its files share the values of the library.',
    );
  }
  for (const other of others) {
    if (other === change || !other.replacements.has('@throughline/request')) continue;
    const file = [...change.edits.keys()].find((candidate) => other.edits.has(candidate));
    if (file === undefined || !change.replacements.has('@throughline/request')) continue;
    change.prevent(
      file,
      0,
      `The file also uses ${other.library}, and both would use the same request scope.`,
      'Move one of them to another file, and check that they use different keys.',
    );
  }
}

function editsOf(changes: readonly Change[]): Map<SourceFile, Edit[]> {
  const edits = new Map<SourceFile, Edit[]>();
  for (const change of changes) {
    for (const [file, list] of change.edits) edits.set(file, [...(edits.get(file) ?? []), ...list]);
  }
  return edits;
}

/** Finds a file that would no longer parse: its code has a form that this migration does not know. */
function firstBroken(
  edits: ReadonlyMap<SourceFile, readonly Edit[]>,
): { readonly file: SourceFile; readonly reason: string } | undefined {
  for (const [file, list] of edits) {
    try {
      new SourceFile(file.path, applyEdits(file.code, list));
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
      return { file, reason: error.reason };
    }
  }
  return undefined;
}

function brokenChange({ library, edits }: Change, file: SourceFile, reason: string): Leftover {
  const starts = edits.get(file)?.map(({ start }) => start) ?? [0];
  return {
    file,
    index: Math.min(...starts),
    library,
    reason: `The new code would not parse: ${reason}`,
    remedy: 'Replace the library by hand, and report this as a bug of throughline-migrate.',
  };
}
