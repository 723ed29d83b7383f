/**
 * Remedies as lines that can be pasted. The change is made in the source that a person wrote, and parsed afterwards: if it
 * does not compile, the remedy is only described.
 */
import type { Node, Program } from 'oxc-parser';
import { parser } from '../instrument/parser.js';
import { forEachChild, isFunction } from '../instrument/syntax-tree.js';
import type { LineEdit, Remedy } from './finding.js';
import { linesOf, type Place } from './place.js';

const CLASS = 'AsyncLocalStorage';

/** Text that is inserted in a source, or that replaces a part of it. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A source that a person wrote. */
interface Source {
  readonly file: string;
  readonly code: string;
  readonly lines: readonly string[];
  readonly program: Program;
  readonly isModule: boolean;
}

/**
 * Binds the function at a place.
 * @param isVariable whether the function reads a variable of `AsyncContext`
 */
export function remedyForFunction(place: Place | undefined, isVariable: boolean, name: string | undefined): Remedy {
  const described = name ?? 'the function';
  const text = `hand on ${CLASS}.bind(${described}) instead of ${described}`;
  const source = place && parseSource(place);
  if (place === undefined || source === undefined) return { text, code: null };
  const { bind, changes } = binding(source, isVariable);
  const node = nodeAt(source, place, ({ type }) =>
    ['FunctionExpression', 'ArrowFunctionExpression', 'Property'].includes(type),
  );
  const bound = node && changesThatBind(source, node, bind);
  if (bound === undefined) return { text, code: null };
  return applied(source, place, [...changes, ...bound], 'bind the function to its flow') ?? { text, code: null };
}

function changesThatBind({ code }: Source, node: Node, bind: string): Change[] | undefined {
  if (node.type !== 'Property') return [insertion(node.start, `${bind}(`), insertion(node.end, ')')];
  const { value } = node;
  if (!node.method || !isFunction(value) || contains(value, 'Super')) return undefined;
  const key = node.computed
    ? `[${code.slice(node.key.start, node.key.end)}]`
    : code.slice(node.key.start, node.key.end);
  const form = `${value.async ? 'async ' : ''}function `;
  return [{ start: node.start, end: value.start, text: `${key}: ${bind}(${form}` }, insertion(node.end, ')')];
}

function contains(node: Node, type: Node['type']): boolean {
  if (node.type === type) return true;
  let isFound = false;
  forEachChild(node, (child) => {
    isFound ||= contains(child, type);
  });
  return isFound;
}

/** How a source names the function that binds, and what must be imported for it. */
function binding({ program, code, isModule }: Source, isVariable: boolean): { bind: string; changes: Change[] } {
  const names = importedNames(program);
  const context = names.find(({ imported }) => imported === 'AsyncContext');
  if (isVariable && context !== undefined) return { bind: `${context.local}.Snapshot.wrap`, changes: [] };
  const classes = names.filter(({ imported }) => imported === CLASS);
  const known = classes.find(({ from }) => /async_hooks$/.test(from)) ?? classes[0];
  if (known !== undefined) return { bind: `${known.local}.bind`, changes: [] };
  const statement = isModule
    ? `import { ${CLASS} } from 'node:async_hooks';`
    : `const { ${CLASS} } = require('node:async_hooks');`;
  const first = program.body.find((node) => !('directive' in node) || typeof node.directive !== 'string');
  const at = code.lastIndexOf('\n', (first?.start ?? 0) - 1) + 1;
  return { bind: `${CLASS}.bind`, changes: [insertion(at, `${statement}\n`)] };
}

interface ImportedName {
  readonly imported: string;
  readonly local: string;
  readonly from: string;
}

/** The names that a source imports or requires from other modules. */
function importedNames(program: Program): ImportedName[] {
  return program.body.flatMap((node): ImportedName[] => {
    if (node.type === 'ImportDeclaration') {
      return node.specifiers.flatMap((specifier) =>
        specifier.type === 'ImportSpecifier' && 'name' in specifier.imported
          ? [{ imported: specifier.imported.name, local: specifier.local.name, from: node.source.value }]
          : [],
      );
    }
    if (node.type !== 'VariableDeclaration') return [];
    return node.declarations.flatMap(({ id, init }) => {
      if (id.type !== 'ObjectPattern' || init?.type !== 'CallExpression') return [];
      const [argument] = init.arguments;
      const from = argument?.type === 'Literal' ? String(argument.value) : '';
      return id.properties.flatMap((property) =>
        property.type === 'Property' && property.key.type === 'Identifier' && property.value.type === 'Identifier'
          ? [{ imported: property.key.name, local: property.value.name, from }]
          : [],
      );
    });
  });
}

/** Makes the copies of a module share the storage that each of them creates. */
export function remedyForTwins(
  read: Place | undefined,
  holder: Place | undefined,
  origin: string,
  text: string,
): Remedy {
  const key = `'${origin.replaceAll("'", '')}'`;
  const first = read && sharedCreation(read, key, text);
  if (first === undefined) return { text, code: null };
  // A module that is imported twice is one file.
  const isOneFile = read?.file === holder?.file && read?.line === holder?.line;
  if (isOneFile || holder === undefined) return first;
  const second = sharedCreation(holder, key, text);
  if (second === undefined || second.code === null) return { text, code: null };
  return { ...first, otherLines: [{ file: holder.file, line: holder.line, code: second.code }] };
}

function sharedCreation(place: Place, key: string, text: string): Remedy | undefined {
  const source = parseSource(place);
  if (source === undefined) return undefined;
  const node = nodeAt(source, place, ({ type }) => type === 'NewExpression');
  // Both copies could wait at the same time, and each would create its own.
  if (node === undefined || contains(node, 'AwaitExpression')) return undefined;
  const opening = `(globalThis[Symbol.for(${key})] ??= `;
  return applied(source, place, [insertion(node.start, opening), insertion(node.end, ')')], text);
}

/**
 * Enters a value where its reader sees it: the function that entered it returns it, and the one that awaits enters it.
 * @param entry where the value was entered
 * @param awaiting where that function is awaited
 */
export function remedyForLateEntry(entry: Place | undefined, awaiting: Place | undefined, text: string): Remedy {
  const source = entry && parseSource(entry);
  if (entry === undefined || awaiting === undefined || source === undefined || entry.file !== awaiting.file) {
    return { text, code: null };
  }
  const at = offsetOf(source, entry);
  const callee = nodesAround(source.program, at).findLast(isFunction);
  const last = callee?.body?.type === 'BlockStatement' ? callee.body.body.at(-1) : undefined;
  const call = last?.type === 'ExpressionStatement' ? last.expression : undefined;
  if (last === undefined || call?.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') {
    return { text, code: null };
  }
  const [argument] = call.arguments;
  const isEntry = last.start <= at && at < last.end && call.arguments.length === 1;
  const awaited = nodesAround(source.program, offsetOf(source, awaiting)).findLast(
    (node) => node.type === 'ExpressionStatement' && node.expression.type === 'AwaitExpression',
  );
  if (!isEntry || argument === undefined || awaited?.type !== 'ExpressionStatement') return { text, code: null };
  const { object } = call.callee;
  if (object.type !== 'Identifier' || awaited.expression.type !== 'AwaitExpression') return { text, code: null };
  if (awaited.expression.argument.type !== 'CallExpression') return { text, code: null };
  const changes = [
    { start: call.start, end: argument.start, text: 'return ' },
    { start: argument.end, end: call.end, text: '' },
    insertion(awaited.expression.start, `${object.name}.enterWith(`),
    insertion(awaited.expression.end, ')'),
  ];
  return applied(source, entry, changes, text) ?? { text, code: null };
}

/**
 * Makes what holds a frame outside of the flow.
 * @param place where it is made: the name of what is called
 * @param storages the names of the storages whose values it holds
 */
export function remedyForHolder(
  place: Place | undefined,
  storages: readonly string[],
  text: string,
): Remedy | undefined {
  const source = place && parseSource(place);
  if (place === undefined || source === undefined) return undefined;
  const at = offsetOf(source, place);
  const call = nodesAround(source.program, at).findLast((node) => isCallAt(node, at));
  if (call === undefined) return undefined;
  const opening = storages.map((name) => `${name}.exit(() => `).join('');
  return applied(
    source,
    place,
    [insertion(call.start, opening), insertion(call.end, ')'.repeat(storages.length))],
    text,
  );
}

/** Whether a call has its position there: an engine names the property that is called, or the start. */
function isCallAt(node: Node, at: number): boolean {
  if (node.type === 'NewExpression') return node.start === at;
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  return (callee.type === 'MemberExpression' ? callee.property.start : callee.start) === at;
}

function insertion(at: number, text: string): Change {
  return { start: at, end: at, text };
}

/** Returns the changed lines; undefined if the source would no longer compile. */
function applied(source: Source, place: Place, changes: readonly Change[], text: string): Remedy | undefined {
  const sorted = [...changes].sort((a, b) => a.start - b.start);
  let code = '';
  let end = 0;
  const lines = new Set<number>();
  for (const change of sorted) {
    code += source.code.slice(end, change.start) + change.text;
    end = change.end;
    lines.add(lineOf(source, change.start));
  }
  code += source.code.slice(end);
  if (parse(source.file, code) === undefined) return undefined;
  lines.add(place.line);
  const edits = [...lines].map((line) => lineEdit(source, line, sorted));
  const own = edits.find(({ line }) => line === place.line);
  if (own === undefined) return undefined;
  const otherLines = edits.filter((edit) => edit !== own);
  return { text, code: own.code, ...(otherLines.length > 0 && { otherLines }) };
}

/** A line with the changes that begin in it, which end in it too. */
function lineEdit(source: Source, line: number, changes: readonly Change[]): LineEdit {
  const start = offsetOf(source, { line, column: 1 });
  const text = source.lines[line - 1] ?? '';
  let code = '';
  let end = start;
  for (const change of changes) {
    if (change.start < start || change.start > start + text.length) continue;
    code += source.code.slice(end, change.start) + change.text;
    end = change.end;
  }
  return { file: source.file, line, code: code + source.code.slice(end, Math.max(end, start + text.length)) };
}

const sources = new Map<string, Source | undefined>();

function parseSource({ file }: Place): Source | undefined {
  if (sources.has(file)) return sources.get(file);
  const lines = linesOf(file);
  const code = lines?.join('\n');
  const parsed = code === undefined ? undefined : parse(file, code);
  const source = lines && code !== undefined && parsed ? { file, code, lines, ...parsed } : undefined;
  sources.set(file, source);
  return source;
}

/** Returns undefined if the code has a syntax error. */
function parse(file: string, code: string): { program: Program; isModule: boolean } | undefined {
  const sourceTypes = /\.cjs$/.test(file) ? (['commonjs'] as const) : (['module', 'commonjs'] as const);
  for (const sourceType of sourceTypes) {
    const { program, errors, module } = parser().parseSync(file, code, { sourceType, preserveParens: false });
    if (errors.some(({ severity }) => severity === 'Error')) continue;
    // A module without imports and exports can be either; CommonJS has no top-level await.
    const isModule =
      sourceType === 'module' && (module.hasModuleSyntax || !/\brequire\(|\bmodule\.exports\b/.test(code));
    return { program, isModule };
  }
  return undefined;
}

/** The innermost node of a kind that begins at a place. */
function nodeAt(source: Source, place: Place, isKind: (node: Node) => boolean): Node | undefined {
  const at = offsetOf(source, place);
  return nodesAround(source.program, at).findLast((node) => node.start === at && isKind(node));
}

/** The nodes around an offset, from the outermost one to the innermost one. */
function nodesAround(node: Node, at: number): Node[] {
  const found: Node[] = [node];
  forEachChild(node, (child) => {
    if (child.start <= at && at < child.end) found.push(...nodesAround(child, at));
  });
  return found;
}

function offsetOf({ lines }: Source, { line, column }: { line: number; column: number }): number {
  let offset = column - 1;
  for (let i = 0; i < line - 1; i++) offset += (lines[i]?.length ?? 0) + 1;
  return offset;
}

function lineOf({ code }: Source, offset: number): number {
  return code.slice(0, offset).split('\n').length;
}
