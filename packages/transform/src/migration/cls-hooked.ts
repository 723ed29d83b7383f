/**
 * cls-hooked: a namespace becomes an `AsyncLocalStorage` that holds an object, which inherits from the object of the
 * enclosing `run()`, as the contexts of a namespace do.
 *
 * | Use | Replacement |
 * | --- | --- |
 * | `const ns = createNamespace('app')` | `const ns = new AsyncLocalStorage()` |
 * | `ns.run(() => { … });` | `ns.run(Object.create(ns.getStore() ?? null), () => { … });` |
 * | `ns.runAndReturn(fn)` | the same |
 * | `ns.get('user')` | `ns.getStore()?.user` |
 * | `ns.set('user', value)` | `ns.getStore().user = value`, which throws outside of `run()` too |
 *
 * A namespace that is exported is followed into the files that import it. All uses in a program are replaced together or
 * not at all.
 */
import type { Node } from 'oxc-parser';
import { importStatement } from './code-style.js';
import { findLibraryUses, type LibraryUse } from './library-bindings.js';
import { Change } from './migration.js';
import type { ModuleSite } from './module-sites.js';
import { findSharedNames, type PackageNames } from './shared-names.js';
import { type Identifier, propertyNameOf, type SourceFile } from './source-file.js';
import { isStatement, keyOfCall, parenthesesOf } from './storage-fields.js';

const LIBRARY = 'cls-hooked';
const STORAGE = 'AsyncLocalStorage';

/** The properties that every context of a namespace has. */
const RESERVED: ReadonlySet<string> = new Set(['id', '_ns_name', '__proto__']);

const GUIDE = 'docs/migration.md, From cls-hooked';

const REMEDIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    getNamespace: 'Export the namespace from the file that creates it, import it here, and run the command again.',
    bind: 'Use AsyncResource.bind(fn) of node:async_hooks, which also binds the namespace, and run the command again.',
    bindEmitter: `For a request, use requestScope() and getRequestScope() instead of the namespace: ${GUIDE}.`,
    runPromise:
      'Use await ns.runAndReturn(async () => { … }), which restores the earlier values of the namespace afterwards.',
    destroyNamespace: 'Remove the call: a storage needs no cleanup.',
    reset: 'Create a new storage instead.',
    process: 'Export the namespace from the file that creates it, and import it where it is used.',
  }),
);

export function migrateClsHooked(files: readonly SourceFile[], packages: PackageNames): Change {
  const change = new Change(LIBRARY);
  const remedy = `Write const ns = createNamespace('name') at the top level, or replace it by hand: ${GUIDE}.`;
  const { sites, uses } = findLibraryUses(change, files, LIBRARY, remedy);
  if (sites.length === 0) return change;
  const creatingFiles = new Set<SourceFile>();
  for (const use of uses) {
    const namespace = use.name === 'createNamespace' ? replaceCreation(change, use) : undefined;
    if (namespace !== undefined) {
      creatingFiles.add(use.file);
      for (const shared of findSharedNames(change, files, packages, use.file, namespace)) {
        for (const reference of shared.references) replaceUse(change, shared.file, reference);
      }
    } else if (use.name !== 'createNamespace') {
      const { file, node, name } = use;
      change.prevent(file, node.start, `${file.textOf(node)} has no exact counterpart.`, REMEDIES.get(name) ?? remedy);
    }
  }
  for (const site of sites) replaceImport(change, site, creatingFiles);
  for (const file of files) preventGlobalAccess(change, file);
  return change;
}

/** @returns the variable that holds the namespace, or undefined if the creation is an obstacle */
function replaceCreation(change: Change, { file, node }: LibraryUse): Identifier | undefined {
  const call = file.parentOf(node);
  const declarator = file.parentOf(call);
  const declaration = file.parentOf(declarator);
  if (
    call.type !== 'CallExpression' ||
    call.callee !== node ||
    declarator.type !== 'VariableDeclarator' ||
    declarator.id.type !== 'Identifier' ||
    declaration.type !== 'VariableDeclaration' ||
    !file.isTopLevel(declaration)
  ) {
    change.prevent(
      file,
      node.start,
      'The namespace is not assigned to a variable at the top level of the file.',
      "Write const ns = createNamespace('name') there, and run the command again.",
    );
    return undefined;
  }
  const { typeAnnotation } = declarator.id;
  if (typeAnnotation != null) {
    change.prevent(file, typeAnnotation.start, 'The variable has a type annotation.', 'Remove the annotation.');
  }
  const types = file.isTypeScript ? '<Record<string, any>>' : '';
  change.replaceCode(file, call, `new ${STORAGE}${types}()`);
  return declarator.id;
}

/** Replaces a use of a namespace. */
function replaceUse(change: Change, file: SourceFile, reference: Identifier): void {
  const member = file.parentOf(reference);
  const call = file.parentOf(member);
  const method = propertyNameOf(member);
  const isMethodCall =
    member.type === 'MemberExpression' &&
    member.object === reference &&
    !member.optional &&
    !member.computed &&
    call.type === 'CallExpression' &&
    call.callee === member;
  if (!isMethodCall || method === undefined) {
    change.prevent(
      file,
      reference.start,
      `The namespace ${reference.name} is used as a value.`,
      `The command replaces only calls of its methods. Replace it by hand: ${GUIDE}.`,
    );
    return;
  }
  if (method === 'get') replaceGet(change, file, reference, call);
  else if (method === 'set') replaceSet(change, file, reference, call);
  else if (method === 'run' || method === 'runAndReturn') replaceRun(change, file, reference, call, method);
  else {
    const reason =
      method === 'runPromise'
        ? 'runPromise() leaves its context current in the code after the call.'
        : method === 'bind'
          ? 'ns.bind() binds one namespace, whereas AsyncLocalStorage.bind() binds all storages.'
          : `${reference.name}.${method} has no exact counterpart.`;
    change.prevent(
      file,
      member.start,
      reason,
      REMEDIES.get(method) ?? `Use run(), get() and set(), or replace it by hand: ${GUIDE}.`,
    );
  }
}

type Call = Extract<Node, { type: 'CallExpression' }>;

function replaceGet(change: Change, file: SourceFile, reference: Identifier, call: Call): void {
  const key = keyOfCall(change, file, call, 1, RESERVED);
  if (key === undefined) return;
  const [before, after] = parenthesesOf(file, call);
  if (before !== '') change.replace(file, { start: call.start, end: call.start }, before);
  change.replaceCode(file, { start: reference.end, end: call.end }, `.getStore()${key.optionalAccess}${after}`);
}

function replaceSet(change: Change, file: SourceFile, reference: Identifier, call: Call): void {
  const key = keyOfCall(change, file, call, 2, RESERVED);
  const value = call.arguments[1];
  if (key === undefined || value === undefined) return;
  const store = `.getStore()${file.isTypeScript ? '!' : ''}`;
  const [before, after] = isStatement(file, call) ? ['', ''] : ['(', ')'];
  if (before !== '') change.replace(file, { start: call.start, end: call.start }, before);
  change.replaceCode(file, { start: reference.end, end: value.start }, `${store}${key.access} = `);
  change.replaceCode(file, { start: value.end, end: call.end }, after);
}

function replaceRun(change: Change, file: SourceFile, reference: Identifier, call: Call, method: string): void {
  const [fn] = call.arguments;
  const { name } = reference;
  if (method === 'run' && !isStatement(file, call)) {
    change.prevent(
      file,
      call.start,
      `The result of ${name}.run() is used. It is the context here, but with ${STORAGE} it is the result of the function.`,
      'Make the call a separate statement, or use runAndReturn(), and run the command again.',
    );
    return;
  }
  const isFunction = fn?.type === 'ArrowFunctionExpression' || fn?.type === 'FunctionExpression';
  const isPlain =
    isFunction &&
    !fn.generator &&
    fn.params.length === 0 &&
    (fn.type === 'ArrowFunctionExpression' || !/\b(?:this|arguments)\b/.test(file.textOf(fn)));
  if (!isPlain || call.arguments.length !== 1 || call.optional) {
    change.prevent(
      file,
      call.start,
      `The function that ${name}.${method}() calls is not written inline, or uses its arguments: it receives the context.`,
      `Write ${name}.${method}(() => { … }), with ${name}.get() and ${name}.set() inside, and run the command again.`,
    );
    return;
  }
  change.replaceCode(file, { start: reference.end, end: fn.start }, `.run(Object.create(${name}.getStore() ?? null), `);
}

function replaceImport(change: Change, site: ModuleSite, creatingFiles: ReadonlySet<SourceFile>): void {
  const { file, statement, taken } = site;
  if (statement === undefined || taken.kind === 'other') return;
  if (!creatingFiles.has(file)) {
    change.prevent(file, site.node.start, 'The import creates no namespace.', 'Remove it if it is not used.');
    return;
  }
  if (file.usesName(STORAGE)) {
    change.prevent(
      file,
      site.node.start,
      `The file already uses the name ${STORAGE}.`,
      'Move the namespace to another file.',
    );
  }
  change.replace(file, statement, importStatement(site, [STORAGE], 'throughline'));
  change.replacements.add('throughline');
}

/** `process.namespaces` holds all namespaces, and errors have the context in which they were thrown. */
function preventGlobalAccess(change: Change, file: SourceFile): void {
  for (const node of file.nodes) {
    if (node.type !== 'MemberExpression' || propertyNameOf(node) !== 'namespaces') continue;
    if (node.object.type === 'Identifier' && node.object.name === 'process') {
      change.prevent(file, node.start, 'process.namespaces has no counterpart.', REMEDIES.get('process') ?? GUIDE);
    }
  }
}
