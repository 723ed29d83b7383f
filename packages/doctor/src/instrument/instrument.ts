/**
 * Inserts entry checks into the functions of a file.
 *
 *     capture   before a statement that makes checked functions: stores the scope in which these are made
 *     enter     at the entry of a checked function: compares the current scope with the one it was made in
 *     leave     at the end of a checked function
 *
 * A function is checked if it can be passed to other code that calls it later. These are function expressions, arrow
 * functions, methods of object literals, and functions that are declared in a function. A function is not checked if it
 * is called where it is written, or if it is not made in a function: code at the top level of a module belongs to no
 * flow.
 *
 * What a statement calls can enter another scope, and a generator continues in the scope of its caller. So the scope is
 * captured for each statement, in a constant of its own, and not once for a function. Statements share a constant if
 * nothing is called between them:
 *
 *     function handle(request) {
 *       requests.enterWith(request);
 *       const c1 = capture(); pool.take((connection) => {
 *         const m2 = enter(c1, 7); try { … } finally { leave(m2); }
 *       });
 *     }
 *
 * Nothing is wrapped, so the identity, `this`, `super`, `arguments`, `name` and `length` of a function do not change.
 *
 * An async function returns to its caller at its first suspension, and what the caller does from then on is not part of
 * the function. A checked async function therefore calls `suspend` with the operand of each `await`, and `resume` with
 * the result.
 */
import type {
  AccessorProperty,
  ArrowFunctionExpression,
  BlockStatement,
  FunctionBody,
  Function as FunctionNode,
  Node,
  Program,
  PropertyDefinition,
} from 'oxc-parser';
import { mapCommentOf } from './add-source-map.js';
import { canEnclose } from './enclosable-body.js';
import type { FileTable, Site } from './file-table.js';
import {
  CAPTURE,
  CREATED,
  ENTER,
  FORCED,
  hasInsertedText,
  inserted,
  LEAVE,
  RESERVED_PREFIX,
  RESUME,
  SUSPEND,
} from './inserted-text.js';
import { depthLimit, isNestedDeeperThan } from './nesting-depth.js';
import { parser } from './parser.js';
import { forEachChild, isFunction } from './syntax-tree.js';

export interface InstrumentOptions {
  /** The URL of the file. */
  readonly url: string;
  readonly sourceType: 'module' | 'commonjs';
  readonly lang: 'js' | 'jsx' | 'ts' | 'tsx';
  /** Checks functions, and not only the creation of storages. */
  readonly checksFunctions: boolean;
  /** The number of the first site of this file. */
  readonly firstSite: number;
  /** What the runtime adds to the columns of the first line. Default: 0. */
  readonly columnOffset?: number;
  /** Also checks functions that are made at the top level of the module. For the tests of transparency. */
  readonly isForced?: boolean;
}

export interface InstrumentedFile {
  readonly code: string;
  readonly table: FileTable;
}

/** The scope in which the functions of a statement are made, as a constant before it. */
interface Capture {
  /** Undefined until a function needs it. */
  name: string | undefined;
  /** Whether it is a property of `this`: then arrow functions find it, and no others. */
  readonly isOfInstance?: boolean;
}

/** Why a file was not instrumented. */
export type Skipped =
  | 'syntax error'
  | 'nothing to insert'
  | 'already instrumented'
  | 'reserved name'
  | 'too deep'
  | 'too large';

/** The syntax tree of a file is fifty times as large. */
export const MAXIMUM_LENGTH = 8_000_000;

/** The constant that forced checks compare with: the scope of the whole program. */
const FORCED_CAPTURE: Capture = { name: FORCED };

/**
 * Returns the code with the insertions, or why there are none.
 *
 * A file with a syntax error is left to the runtime, which reports it.
 */
export function instrument(code: string, options: InstrumentOptions): InstrumentedFile | Skipped {
  if (hasInsertedText(code)) return 'already instrumented';
  if (code.includes(RESERVED_PREFIX)) return 'reserved name';
  if (code.length > MAXIMUM_LENGTH) return 'too large';
  if (isNestedDeeperThan(code, depthLimit())) return 'too deep';
  try {
    const { program, errors } = parser().parseSync(options.url, code, {
      sourceType: options.sourceType,
      lang: options.lang,
      preserveParens: true,
    });
    if (errors.some(({ severity }) => severity === 'Error')) return 'syntax error';
    return new Instrumentation(code, options).run(program);
  } catch (error) {
    if (error instanceof RangeError) return 'too deep';
    throw error;
  }
}

class Instrumentation {
  readonly #code: string;
  readonly #options: InstrumentOptions;
  readonly #insertions: { readonly at: number; text: string }[] = [];
  readonly #sites: Site[] = [];
  readonly #functions: [start: number, end: number][] = [];
  /** The names that the file has for classes of storages. */
  readonly #storageClasses = new Set(['AsyncLocalStorage']);
  #nameCount = 0;
  /** How many calls around the node are quoted by `assert`. */
  #quotedCalls = 0;

  constructor(code: string, options: InstrumentOptions) {
    this.#code = code;
    this.#options = options;
  }

  run(program: Program): InstrumentedFile | Skipped {
    for (const statement of program.body) addStorageClasses(statement, this.#storageClasses);
    this.#visit(program, this.#options.isForced ? FORCED_CAPTURE : undefined, undefined, undefined, '');
    const insertions = this.#insertions.filter(({ text }) => text !== '').sort((a, b) => a.at - b.at);
    if (insertions.length === 0) return 'nothing to insert';
    const { url, firstSite, columnOffset = 0 } = this.#options;
    const mapComment = mapCommentOf(this.#code);
    return {
      code: insert(this.#code, insertions),
      table: {
        url,
        firstSite,
        sites: this.#sites,
        functions: this.#functions,
        insertions: insertions.map(({ at, text }) => [at, text.length]),
        lineStarts: lineStartsOf(this.#code),
        ...(mapComment !== undefined && { mapComment }),
        ...(columnOffset !== 0 && { columnOffset }),
      },
    };
  }

  /**
   * @param capture of the statement around the node; undefined where no function is checked
   * @param mark the name of the constant of the checked async function around the node that holds its mark
   * @param parent the node around it, parentheses left out
   * @param key the property of the parent that contains the node
   */
  #visit(
    node: Node,
    capture: Capture | undefined,
    mark: string | undefined,
    parent: Node | undefined,
    key: string,
  ): void {
    if (isFunction(node)) {
      this.#visitFunction(node, capture, parent, key);
      return;
    }
    switch (node.type) {
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
        this.#visit(node.expression, capture, mark, parent, key);
        return;
      case 'LogicalExpression':
        this.#visit(node.left, capture, mark, node, 'left');
        this.#visit(node.right, capture, mark, parent, key);
        return;
      case 'AssignmentExpression':
        // What is shared by all copies of a module: `const storage = (globalThis[key] ??= new AsyncLocalStorage())`.
        if (node.operator !== '??=' || nameOf(node.left) !== undefined) break;
        this.#visit(node.left, capture, mark, node, 'left');
        this.#visit(node.right, capture, mark, parent, key);
        return;
      case 'ConditionalExpression':
        this.#visit(node.test, capture, mark, node, 'test');
        this.#visit(node.consequent, capture, mark, parent, key);
        this.#visit(node.alternate, capture, mark, parent, key);
        return;
      case 'WithStatement':
        // Names in its body are looked up in the object first.
        return;
      case 'PropertyDefinition':
      case 'AccessorProperty':
        for (const decorator of node.decorators ?? []) this.#visit(decorator, capture, mark, node, 'decorators');
        this.#visit(node.key, capture, mark, node, 'key');
        if (node.value) this.#visitField(node, node.value);
        return;
      case 'StaticBlock':
        forEachChild(node, (child, childKey) => this.#visit(child, undefined, undefined, node, childKey));
        return;
      case 'BlockStatement':
        if (capture === undefined || capture === FORCED_CAPTURE) break;
        this.#visitStatements(node, mark);
        return;
      case 'AwaitExpression':
        if (mark !== undefined) {
          this.#insert(node.start, `${RESUME}(${mark},`);
          this.#insert(node.argument.start, `${SUSPEND}(${mark},`);
          this.#visit(node.argument, capture, mark, node, 'argument');
          this.#insert(node.argument.end, ')');
          this.#insert(node.end, ')');
          return;
        }
        break;
      case 'ForOfStatement':
        if (mark !== undefined && node.await) {
          this.#visit(node.left, capture, mark, node, 'left');
          this.#insert(node.right.start, `${SUSPEND}(${mark},`);
          this.#visit(node.right, capture, mark, node, 'right');
          this.#insert(node.right.end, ')');
          if (node.body.type === 'BlockStatement') this.#insert(node.body.start + 1, `${RESUME}(${mark});`);
          this.#visit(node.body, capture, mark, node, 'body');
          // There may have been no iteration.
          if (parent?.type === 'BlockStatement') this.#insert(node.end, `;${RESUME}(${mark});`);
          return;
        }
        break;
      case 'TryStatement':
        // An `await` in the block may have been rejected, and there may be no handler.
        if (mark !== undefined && node.finalizer) this.#insert(node.finalizer.start + 1, `${RESUME}(${mark});`);
        break;
      case 'CatchClause':
        if (mark !== undefined) this.#insert(node.body.start + 1, `${RESUME}(${mark});`);
        break;
      case 'CallExpression':
        if (isAssertion(node.callee)) {
          this.#quotedCalls++;
          forEachChild(node, (child, childKey) => this.#visit(child, capture, mark, node, childKey));
          this.#quotedCalls--;
          return;
        }
        break;
      case 'NewExpression':
        if (
          isStorageClass(node.callee, this.#storageClasses) &&
          !(parent?.type === 'NewExpression' && key === 'callee')
        ) {
          const site = this.#addSite(node, 'storage', nameOfTarget(parent, key));
          this.#insert(node.start, `${CREATED}(`);
          forEachChild(node, (child, childKey) => this.#visit(child, capture, mark, node, childKey));
          this.#insert(node.end, `,${site})`);
          return;
        }
        break;
    }
    forEachChild(node, (child, childKey) => this.#visit(child, capture, mark, node, childKey));
  }

  /**
   * The functions of a field are made when the class is instantiated. The scope of its arrow functions is captured in a
   * private field before it, which these find, because their `this` is the instance.
   */
  #visitField(field: PropertyDefinition | AccessorProperty, value: Node): void {
    if (!this.#options.checksFunctions || !hasArrowFunction(value)) {
      this.#visit(value, undefined, undefined, field, 'value');
      return;
    }
    const name = `#${this.#newName()}`;
    const made = this.#options.isForced ? FORCED : `${CAPTURE}()`;
    this.#insert(startOf(field), `${field.static ? 'static ' : ''}${name}=${made};`);
    this.#visit(value, { name: `this.${name}`, isOfInstance: true }, undefined, field, 'value');
  }

  /** Visits the statements of a block, each with the scope that is current when it is reached. */
  #visitStatements(block: BlockStatement | FunctionBody, mark: string | undefined): void {
    const { at, separator } = firstPosition(block, this.#code);
    // Functions that are declared in a block are made when it is entered.
    const atStart: Capture = { name: undefined };
    const start = this.#insert(at, '');
    let capture = atStart;
    let isNext = false;
    for (const statement of block.body) {
      if (isFunctionDeclaration(statement)) {
        this.#visit(statement, atStart, mark, block, 'body');
        continue;
      }
      if (isNext) capture = { name: undefined };
      const declaration = isNext ? this.#insert(startOf(statement), '') : undefined;
      this.#visit(statement, capture, mark, block, 'body');
      // A constant that this statement does not need is left to the next one.
      isNext = (isNext && capture.name === undefined) || mayEnter(statement);
      if (declaration !== undefined && capture.name !== undefined) declaration.text = inserted(captureText(capture));
    }
    if (atStart.name !== undefined) start.text = inserted(separator + captureText(atStart));
  }

  #visitFunction(
    fn: FunctionNode | ArrowFunctionExpression,
    outer: Capture | undefined,
    parent: Node | undefined,
    key: string,
  ): void {
    // Node reads the text of this call up to a semicolon, and the checks would contain the first.
    if (this.#quotedCalls > 0) return;
    // The functions in parameters are made before the first statement, so nothing can be captured for them.
    for (const parameter of fn.params) this.#visit(parameter, undefined, undefined, fn, 'params');
    const { body } = fn;
    if (body === null) return;
    this.#functions.push([fn.start, fn.end]);
    const isBlock = body.type === 'BlockStatement';
    if (!this.#options.checksFunctions || (isBlock && usesAsm(body))) {
      this.#visit(body, undefined, undefined, fn, 'body');
      return;
    }
    const isChecked =
      outer !== undefined &&
      (outer.isOfInstance !== true || fn.type === 'ArrowFunctionExpression') &&
      canBeHandedOn(parent, key) &&
      !fn.generator &&
      (!isBlock || canEnclose(fn, body, this.#code)) &&
      !(fn.async && usesAwaitUsing(body));
    let mark: string | undefined;
    let enter = '';
    if (isChecked) {
      outer.name ??= this.#newName();
      mark = this.#newName();
      const isMethod = parent?.type === 'Property' && parent.method;
      const form = isMethod ? 'method' : fn.type === 'FunctionDeclaration' ? 'declaration' : 'expression';
      const name = fn.id?.name ?? nameOfTarget(parent, key);
      enter = `${mark}=${ENTER}(${outer.name},${this.#addSite(isMethod ? parent : fn, form, name)})`;
    }
    const constants = enter === '' ? '' : `const ${enter};try{`;
    const leave = mark === undefined ? '' : `}finally{${mark}&&${LEAVE}(${mark})}`;
    if (isBlock) {
      const { at, separator } = firstPosition(body, this.#code);
      if (constants !== '') this.#insert(at, separator + constants);
      this.#visitStatements(body, fn.async ? mark : undefined);
      if (leave !== '') this.#insert(body.end - 1, leave);
      return;
    }
    const capture: Capture = { name: undefined };
    const opening = this.#insert(body.start, '');
    this.#visit(body, capture, fn.async ? mark : undefined, fn, 'body');
    if (constants === '' && capture.name === undefined) return;
    opening.text = inserted(`{${constants}${captureText(capture)}return (`);
    this.#insert(body.end, `)${leave}}`);
  }

  #insert(at: number, text: string): { text: string } {
    const insertion = { at, text: text === '' ? '' : inserted(text) };
    this.#insertions.push(insertion);
    return insertion;
  }

  #addSite(node: Node, form: Site['form'], name: string | undefined): number {
    const site: Site = { form, start: node.start, end: node.end, ...(name !== undefined && { name }) };
    return this.#options.firstSite + this.#sites.push(site) - 1;
  }

  #newName(): string {
    return `${RESERVED_PREFIX}${this.#nameCount++}`;
  }
}

/** @param insertions in ascending order; those at the same position stay in their order */
function insert(code: string, insertions: readonly { readonly at: number; readonly text: string }[]): string {
  let output = '';
  let last = 0;
  for (const { at, text } of insertions) {
    output += code.slice(last, at) + text;
    last = at;
  }
  return output + code.slice(last);
}

/** Functions that no other code gets hold of are not checked: those that are called on the spot, and those of classes. */
function canBeHandedOn(parent: Node | undefined, key: string): boolean {
  if (parent === undefined || key === 'callee') return false;
  if (parent.type === 'MethodDefinition') return false;
  return parent.type !== 'Property' || parent.kind === 'init' || key !== 'value';
}

/** Returns the position behind the directives of a body, and what must separate it from them. */
function firstPosition(
  body: { start: number; body: readonly object[] },
  code: string,
): { at: number; separator: string } {
  let at = body.start + 1;
  let separator = '';
  for (const statement of body.body as readonly { directive?: string | null; end: number }[]) {
    if (typeof statement.directive !== 'string') break;
    at = statement.end;
    separator = code[at - 1] === ';' ? '' : ';';
  }
  return { at, separator };
}

/** Whether an expression contains an arrow function with the same `this`. */
function hasArrowFunction(node: Node): boolean {
  if (node.type === 'ArrowFunctionExpression') return true;
  if (isFunction(node) || node.type === 'ClassExpression') return false;
  let isFound = false;
  forEachChild(node, (child) => {
    isFound ||= hasArrowFunction(child);
  });
  return isFound;
}

/** Where a statement or the member of a class begins, its decorators included. */
function startOf(node: Node): number {
  const decorators = 'decorators' in node ? (node.decorators ?? []) : [];
  return Math.min(node.start, ...decorators.map(({ start }) => start));
}

function captureText({ name }: Capture): string {
  return name === undefined ? '' : `const ${name}=${CAPTURE}();`;
}

function isFunctionDeclaration(statement: Node): boolean {
  return statement.type === 'LabeledStatement'
    ? isFunctionDeclaration(statement.body)
    : statement.type === 'FunctionDeclaration';
}

/** Whether another scope can be current after a node: it calls something, or waits. */
function mayEnter(node: Node): boolean {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
    case 'TaggedTemplateExpression':
    case 'ImportExpression':
    case 'AwaitExpression':
    case 'YieldExpression':
      return true;
    default: {
      let isFound = false;
      forEachChild(node, (child) => {
        isFound ||= !isFunction(child) && mayEnter(child);
      });
      return isFound || (node.type === 'ForOfStatement' && node.await);
    }
  }
}

function usesAsm(body: { body: readonly object[] }): boolean {
  return (body.body as readonly { directive?: string | null }[]).some(({ directive }) => directive === 'use asm');
}

function usesAwaitUsing(node: Node): boolean {
  if (node.type === 'VariableDeclaration' && node.kind === 'await using') return true;
  let isFound = false;
  forEachChild(node, (child) => {
    if (!isFound && !isFunction(child)) isFound = usesAwaitUsing(child);
  });
  return isFound;
}

/** Adds what a statement calls a class of storages: a name that it is imported as, or a class that extends one. */
function addStorageClasses(statement: Node, names: Set<string>): void {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      if (statement.declaration) addStorageClasses(statement.declaration, names);
      return;
    case 'ImportDeclaration':
      for (const specifier of statement.specifiers) {
        if (specifier.type !== 'ImportSpecifier') continue;
        if (nameOf(specifier.imported) === 'AsyncLocalStorage') names.add(specifier.local.name);
      }
      return;
    case 'VariableDeclaration':
      for (const { id, init } of statement.declarations) {
        if (id.type === 'Identifier' && init && isStorageClass(init, names)) names.add(id.name);
        for (const property of id.type === 'ObjectPattern' ? id.properties : []) {
          if (property.type !== 'Property' || property.value.type !== 'Identifier') continue;
          if (nameOf(property.key) === 'AsyncLocalStorage') names.add(property.value.name);
        }
      }
      return;
    case 'ClassDeclaration':
      if (statement.id && statement.superClass && isStorageClass(statement.superClass, names)) {
        names.add(statement.id.name);
      }
  }
}

/** `AsyncLocalStorage`, `async_hooks.AsyncLocalStorage`, `(0, a.AsyncLocalStorage)`, `AsyncContext.Variable`. */
function isStorageClass(callee: Node, names: ReadonlySet<string>): boolean {
  if (callee.type === 'ParenthesizedExpression') return isStorageClass(callee.expression, names);
  if (callee.type === 'SequenceExpression') {
    const last = callee.expressions.at(-1);
    return last !== undefined && isStorageClass(last, names);
  }
  if (callee.type === 'Identifier') return names.has(callee.name);
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { name } = callee.property;
  if (name === 'AsyncLocalStorage') return true;
  return name === 'Variable' && callee.object.type === 'Identifier' && callee.object.name === 'AsyncContext';
}

/** `assert(…)`, `assert.ok(…)`, `assert.strict(…)`, `ok(…)`, whose errors quote the call. */
function isAssertion(callee: Node): boolean {
  if (callee.type === 'Identifier') return callee.name === 'assert' || callee.name === 'ok';
  if (callee.type !== 'MemberExpression') return false;
  const { property } = callee;
  const name = property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : '';
  return name === 'ok' || name === 'strict' || name === 'assert';
}

/** The name of the variable or property that a value is assigned to. */
function nameOfTarget(parent: Node | undefined, key: string): string | undefined {
  switch (parent?.type) {
    case 'VariableDeclarator':
      return key === 'init' ? nameOf(parent.id) : undefined;
    case 'AssignmentExpression':
      return key === 'right' ? nameOf(parent.left) : undefined;
    case 'Property':
    case 'PropertyDefinition':
      return key === 'value' ? nameOf(parent.key) : undefined;
    default:
      return undefined;
  }
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  return node.type === 'MemberExpression' ? nameOf(node.property) : undefined;
}

function lineStartsOf(code: string): number[] {
  const starts = [0];
  for (const { index } of code.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
    starts.push(index + (code.startsWith('\r\n', index) ? 2 : 1));
  }
  return starts;
}
