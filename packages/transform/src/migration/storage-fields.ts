/**
 * What the libraries that hold values by a key have in common: `get('user')` becomes the read of a field, and
 * `set('user', value)` an assignment.
 */
import type { Node } from 'oxc-parser';
import type { Change } from './migration.js';
import { type SourceFile, stringValueOf } from './source-file.js';

type Call = Extract<Node, { type: 'CallExpression' }>;

/** Properties that every object inherits: reading them as fields would not return undefined. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

const KEY_REMEDY = 'Write the key as a string, or as a constant of the same file, and run the command again.';

/** The fields that every request scope has. */
export const SCOPE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'method',
  'path',
  'startTime',
  'signal',
  'traceId',
  'spanId',
]);

/** A key as the name of a field, in the code that replaces a call. */
export interface FieldKey {
  readonly name: string;
  /** `.user`, `['user-name']` or `[USER]`. */
  readonly access: string;
  /** `?.user`, `?.['user-name']` or `?.[USER]`. */
  readonly optionalAccess: string;
  /** The name of a property in an object literal: `user`, `'user-name'` or `[USER]`. */
  readonly property: string;
}

/**
 * Returns the key of a call, and records an obstacle if it cannot be the name of a field.
 * @param reserved names that a field cannot have
 */
export function keyOfCall(
  change: Change,
  file: SourceFile,
  call: Call,
  argumentCount: number,
  reserved: ReadonlySet<string>,
): FieldKey | undefined {
  const [node] = call.arguments;
  const key = stringValueOf(node) ?? constantValueOf(file, node);
  if (call.optional || call.arguments.length !== argumentCount || node === undefined) {
    change.prevent(
      file,
      call.start,
      'The call does not have the usual arguments.',
      'Pass a key to get(), and a key and a value to set().',
    );
    return undefined;
  }
  if (call.arguments.some(({ type }) => type === 'SpreadElement') || key === undefined) {
    change.prevent(file, call.start, 'The key is computed.', KEY_REMEDY);
    return undefined;
  }
  if (INHERITED.has(key) || reserved.has(key)) {
    change.prevent(
      file,
      node.start,
      `The key '${key}' is reserved in the object that will hold the values.`,
      'Choose another key in all calls, and run the command again.',
    );
    return undefined;
  }
  const text = file.textOf(node);
  if (node.type !== 'Identifier' && isName(key)) {
    return { name: key, access: `.${key}`, optionalAccess: `?.${key}`, property: key };
  }
  const property = node.type === 'Literal' ? text : `[${text}]`;
  return { name: key, access: `[${text}]`, optionalAccess: `?.[${text}]`, property };
}

/** The value of a constant of the file: `const USER = 'user'`. */
function constantValueOf(file: SourceFile, node: Node | undefined): string | undefined {
  if (node?.type !== 'Identifier') return undefined;
  for (const declarator of file.nodes) {
    if (declarator.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') continue;
    if (declarator.id.name !== node.name) continue;
    const declaration = file.parentOf(declarator);
    const isConstant = declaration.type === 'VariableDeclaration' && declaration.kind === 'const';
    // Another declaration of the name could be the one that the call means.
    return isConstant && file.referencesTo(declarator.id) !== undefined ? stringValueOf(declarator.init) : undefined;
  }
  return undefined;
}

/** Whether a key can be written without quotes. */
export function isName(key: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key);
}

/**
 * The text before and after an optional read that replaces a call. If a property of the result is read, an optional
 * chain would end earlier than before, so it needs parentheses. If the result is called, `(0, …)` keeps the object that
 * holds the values from becoming its `this`.
 */
export function parenthesesOf(file: SourceFile, call: Call): readonly [string, string] {
  const parent = file.parentOf(call);
  const isCalled =
    isCallee(file, call) ||
    (parent.type === 'TaggedTemplateExpression' && parent.tag === call) ||
    (parent.type === 'TSNonNullExpression' && isCallee(file, parent));
  const isContinued =
    isCalled ||
    (parent.type === 'MemberExpression' && parent.object === call) ||
    (parent.type === 'TSNonNullExpression' && parent.expression === call);
  if (!isContinued) return ['', ''];
  return [`${needsSemicolonBefore(file, call) ? ';' : ''}${isCalled ? '(0, ' : '('}`, ')'];
}

function isCallee(file: SourceFile, node: Node): boolean {
  const parent = file.parentOf(node);
  return parent.type === 'CallExpression' && parent.callee === node;
}

/** Whether a parenthesis at the start of a node would continue the statement before it. */
function needsSemicolonBefore(file: SourceFile, node: Node): boolean {
  let statement = node;
  for (;;) {
    const parent = file.parentOf(statement);
    if (statement === parent || statement.start !== node.start) return false;
    if (statement.type === 'ExpressionStatement') break;
    statement = parent;
  }
  const block = file.parentOf(statement);
  if (!('body' in block) || !Array.isArray(block.body)) return false;
  const before = block.body.filter(({ end }) => end <= statement.start).at(-1);
  return before !== undefined && file.code[before.end - 1] !== ';';
}

/** Whether the value of an expression is discarded. */
export function isStatement(file: SourceFile, node: Node): boolean {
  return file.parentOf(node).type === 'ExpressionStatement';
}
