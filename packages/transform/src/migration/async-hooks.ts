/**
 * `node:async_hooks`: `AsyncLocalStorage` and `AsyncResource` come from `throughline`, and everything else stays.
 *
 * Each site is a separate change, because storages of Node and of Throughline work side by side. A use of a
 * storage whose meaning depends on the class prevents the changes of `AsyncLocalStorage` that it concerns.
 */
import type { Node } from 'oxc-parser';
import { Change, type Leftover } from './migration.js';
import { findModuleSites, isExportedSite, type ModuleSite, type NamedEntry, takenByPattern } from './module-sites.js';
import { type Identifier, propertyNameOf, type SourceFile } from './source-file.js';
import { splitNames } from './split-names.js';
import { StorageClassUses } from './storage-class-uses.js';

const LIBRARY = 'node:async_hooks';
const STORAGE = 'AsyncLocalStorage';
const SUPPORTED: ReadonlySet<string> = new Set([STORAGE, 'AsyncResource']);

const KEEP_IMPORT = 'Keep this import of node:async_hooks: it works alongside Throughline.';
const NAME_IMPORT = `Import what the file uses by name: import { ${STORAGE} } from 'throughline'.`;

interface Explanation {
  readonly reason: string;
  readonly remedy: string;
}

const NOT_PROVIDED: ReadonlyMap<string, Explanation> = new Map(
  Object.entries({
    createHook: {
      reason: "createHook() observes Node's async resources, which Throughline does not have.",
      remedy: `${KEEP_IMPORT} If the hook only carries a value, use AsyncLocalStorage instead.`,
    },
    executionAsyncId: {
      reason: 'executionAsyncId() returns the id of an async resource. Throughline has no async resources.',
      remedy: `${KEEP_IMPORT} If the id is the key of a map, use AsyncLocalStorage instead.`,
    },
    triggerAsyncId: {
      reason: 'triggerAsyncId() returns the id of an async resource. Throughline has no async resources.',
      remedy: KEEP_IMPORT,
    },
    executionAsyncResource: {
      reason: 'executionAsyncResource() returns an async resource. Throughline has no async resources.',
      remedy: `${KEEP_IMPORT} If the resource only carries a value, use AsyncLocalStorage instead.`,
    },
    asyncWrapProviders: {
      reason: "asyncWrapProviders lists the types of Node's async resources, which Throughline does not have.",
      remedy: KEEP_IMPORT,
    },
  }),
);

export interface AsyncHooksResult {
  readonly changes: readonly Change[];
  readonly leftovers: readonly Leftover[];
}

export function isAsyncHooks(specifier: string): boolean {
  return specifier === LIBRARY || specifier === 'async_hooks';
}

/**
 * @param files all files of the program
 * @param isChanged whether a file may be changed
 * @param runsOnNode24 whether the program runs only on Node 24 and later
 */
export function migrateAsyncHooks(
  files: readonly SourceFile[],
  isChanged: (file: SourceFile) => boolean,
  runsOnNode24: boolean,
): AsyncHooksResult {
  const classUses = new StorageClassUses(files, runsOnNode24);
  const changes: Change[] = [];
  const leftovers: Leftover[] = [];
  for (const file of files) {
    if (!isChanged(file)) continue;
    const preventing = classUses.preventing(file);
    const sites = findModuleSites(file, isAsyncHooks);
    if (sites.some(mayTakeStorage)) {
      for (const use of preventing) if (!leftovers.includes(use)) leftovers.push(use);
    }
    for (const site of sites) {
      const change = changeOf(site, preventing.length > 0);
      if (change.isPossible && change.edits.size > 0) changes.push(change);
      leftovers.push(...change.obstacles);
    }
  }
  return { changes, leftovers };
}

function mayTakeStorage({ taken }: ModuleSite): boolean {
  return taken.kind === 'object' || (taken.kind === 'names' && taken.entries.some(({ name }) => name === STORAGE));
}

function changeOf(site: ModuleSite, isStoragePrevented: boolean): Change {
  const change = new Change(LIBRARY);
  change.replacements.add('throughline');
  const { file, source, taken } = site;
  const isMovable = (name: string): boolean => SUPPORTED.has(name) && !(isStoragePrevented && name === STORAGE);
  const replaceSource = (): void => {
    change.replace(file, { start: source.start + 1, end: source.end - 1 }, 'throughline');
  };
  const leave = (index: number, { reason, remedy }: Explanation): void => change.prevent(file, index, reason, remedy);
  if (site.syntax === 'require' && isShadowedRequire(file)) {
    leave(site.node.start, { reason: 'The file declares its own require().', remedy: NAME_IMPORT });
  } else if (isOptional(site)) {
    leave(site.node.start, {
      reason: 'The module is optional here: the code handles the error if it cannot be loaded.',
      remedy: 'Throughline works on every runtime. Import it without handling an error.',
    });
  } else if (taken.kind === 'other') {
    leave(site.node.start, { reason: taken.reason, remedy: remedyFor(site.syntax) });
  } else if (taken.kind === 'object') {
    const references = file.referencesTo(taken.local);
    if (references === undefined) {
      leave(site.node.start, {
        reason: `The name ${taken.local.name} is declared or assigned more than once in the file.`,
        remedy: NAME_IMPORT,
      });
      return change;
    }
    if (isExportedSite(site)) {
      leave(site.node.start, {
        reason: `${taken.local.name} is exported, and what other files read from it is not known here.`,
        remedy: 'Export what they use by name.',
      });
      return change;
    }
    const reported = new Set<string | undefined>();
    for (const reference of references) {
      const { names, index } = namesReadFrom(file, reference);
      for (const name of names ?? [undefined]) {
        // A name that is used often is reported once.
        if (reported.has(name)) continue;
        reported.add(name);
        if (name === undefined) {
          leave(index, { reason: `${taken.local.name} is used as a value.`, remedy: NAME_IMPORT });
        } else if (!isMovable(name)) {
          leave(index, explanationFor(name));
        }
      }
    }
    if (references.length === 0) {
      leave(site.node.start, { reason: `${taken.local.name} is not used in the file.`, remedy: 'Remove the import.' });
    }
    replaceSource();
    // Node exports everything as `default` too; Throughline has no default export.
    if (taken.isDefault) {
      change.replace(file, { start: taken.local.start, end: taken.local.start }, '* as ');
    }
  } else {
    const { entries, list } = taken;
    const isMoved = ({ name }: NamedEntry): boolean => isMovable(name);
    const stays = entries.filter((entry) => !isMoved(entry));
    if (stays.length === 0) {
      replaceSource();
    } else if (stays.length < entries.length && list !== undefined && site.statement !== undefined) {
      splitNames(change, site, list, entries, isMoved, 'throughline');
      return withLeftovers(change, site, stays);
    }
    for (const { name, node } of stays) leave(node.start, explanationFor(name));
  }
  return change;
}

function remedyFor(syntax: ModuleSite['syntax']): string {
  if (syntax === 'mock') return "If the files that it affects now import 'throughline', mock that module instead.";
  if (syntax === 'call') return "If the function loads the module, import from 'throughline' instead.";
  return NAME_IMPORT;
}

/** The leftovers of a split do not prevent it. */
class SplitChange extends Change {
  override get isPossible(): boolean {
    return true;
  }
}

function withLeftovers(change: Change, { file }: ModuleSite, stays: readonly NamedEntry[]): Change {
  const split = new SplitChange(change.library);
  for (const [edited, edits] of change.edits) for (const edit of edits) split.replace(edited, edit, edit.text);
  for (const replacement of change.replacements) split.replacements.add(replacement);
  for (const { name, node } of stays) {
    const { reason, remedy } = explanationFor(name);
    split.prevent(file, node.start, reason, remedy);
  }
  return split;
}

function explanationFor(name: string): Explanation {
  return (
    NOT_PROVIDED.get(name) ??
    (name === STORAGE
      ? {
          reason: `${STORAGE} was kept because of a use that depends on Node's class.`,
          remedy: 'Change that use, which is reported separately, and run the command again.',
        }
      : { reason: `Throughline does not export ${name}.`, remedy: name === 'default' ? NAME_IMPORT : KEEP_IMPORT })
  );
}

/** The names that are read from an object at a reference; undefined if the object is used in any other way. */
function namesReadFrom(
  file: SourceFile,
  reference: Identifier,
): { readonly names: readonly string[] | undefined; readonly index: number } {
  const parent = file.parentOf(reference);
  if (parent.type === 'MemberExpression' && parent.object === reference) {
    const name = propertyNameOf(parent);
    const isWritten = isWriteTarget(file, parent);
    return { names: name === undefined || isWritten ? undefined : [name], index: parent.start };
  }
  if (parent.type === 'TSQualifiedName' && parent.left === reference) {
    return { names: [parent.right.name], index: parent.start };
  }
  if (parent.type === 'VariableDeclarator' && parent.init === reference && parent.id.type === 'ObjectPattern') {
    const taken = takenByPattern(parent.id);
    return { names: taken.kind === 'names' ? taken.entries.map(({ name }) => name) : undefined, index: parent.start };
  }
  return { names: undefined, index: reference.start };
}

function isWriteTarget(file: SourceFile, node: Node): boolean {
  const parent = file.parentOf(node);
  return (
    (parent.type === 'AssignmentExpression' && parent.left === node) ||
    parent.type === 'UpdateExpression' ||
    (parent.type === 'UnaryExpression' && parent.operator === 'delete')
  );
}

/** Whether the program continues without the module if it cannot be loaded. */
function isOptional({ file, node, syntax }: ModuleSite): boolean {
  if (syntax !== 'require' && syntax !== 'dynamic import') return false;
  if (syntax === 'dynamic import' && hasRejectionListener(file, node)) return true;
  for (let child = node; ; ) {
    const parent = file.parentOf(child);
    if (parent.type === 'TryStatement' && parent.block === child && parent.handler !== null) return true;
    if (parent.type === 'Program' || 'params' in parent) return false;
    child = parent;
  }
}

/** Whether `import().then(a, b)` or `import().then(a).catch(b)` handles the error. */
function hasRejectionListener(file: SourceFile, promise: Node): boolean {
  const member = file.parentOf(promise);
  const call = file.parentOf(member);
  if (member.type !== 'MemberExpression' || call.type !== 'CallExpression' || call.callee !== member) return false;
  return propertyNameOf(member) === 'catch' || call.arguments.length > 1 || hasRejectionListener(file, call);
}

/** Whether `require` is not the function of Node. */
function isShadowedRequire(file: SourceFile): boolean {
  return file.nodes.some((node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === 'require') {
      return !(node.init?.type === 'CallExpression' && /createRequire$/.test(file.textOf(node.init.callee)));
    }
    const isFunction =
      node.type === 'FunctionDeclaration' ||
      node.type === 'FunctionExpression' ||
      node.type === 'ArrowFunctionExpression';
    return (
      isFunction &&
      ((node.type === 'FunctionDeclaration' && node.id?.name === 'require') ||
        node.params.some((parameter) => parameter.type === 'Identifier' && parameter.name === 'require'))
    );
  });
}
