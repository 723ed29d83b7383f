/**
 * Inserts entry checks into the functions of a file.
 *
 *     capture   at the entry of a function that contains checked functions: stores the scope in which these are made
 *     enter     at the entry of a checked function: compares the current scope with the one it was made in
 *     leave     at the end of a checked function
 *
 * A function is checked if it can be passed to other code that calls it later. These are function expressions, arrow
 * functions, methods of object literals, and functions that are declared in a function. A function is not checked if it
 * is called where it is written, or if it is not made in a function: code at the top level of a module belongs to no
 * flow.
 *
 * Nothing is wrapped, so the identity, `this`, `super`, `arguments`, `name` and `length` of a function do not change.
 *
 * An async function returns to its caller at its first suspension, and what the caller does from then on is not part of
 * the function. A checked async function therefore calls `suspend` with the operand of each `await`, and `resume` with
 * the result.
 */
import { type ArrowFunctionExpression, type Function as FunctionNode, type Node, parseSync } from 'oxc-parser';
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
  /** Also checks functions that are made at the top level of the module. For the tests of transparency. */
  readonly isForced?: boolean;
}

export interface InstrumentedFile {
  readonly code: string;
  readonly table: FileTable;
}

/** The scope in which the functions of a function are made, as a constant of the latter. */
interface Capture {
  name: string | undefined;
}

/** Why a file was not instrumented. */
export type Skipped = 'syntax error' | 'nothing to insert' | 'already instrumented' | 'reserved name' | 'too deep';

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
  try {
    const { program, errors } = parseSync(options.url, code, {
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
  #nameCount = 0;

  constructor(code: string, options: InstrumentOptions) {
    this.#code = code;
    this.#options = options;
  }

  run(program: Node): InstrumentedFile | Skipped {
    this.#visit(program, this.#options.isForced ? FORCED_CAPTURE : undefined, undefined, undefined, '');
    const insertions = this.#insertions.filter(({ text }) => text !== '').sort((a, b) => a.at - b.at);
    if (insertions.length === 0) return 'nothing to insert';
    const { url, firstSite } = this.#options;
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
      },
    };
  }

  /**
   * @param capture of the function around the node; undefined where no function is checked
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
        this.#visit(node.expression, capture, mark, parent, key);
        return;
      case 'WithStatement':
        // Names in its body are looked up in the object first.
        return;
      case 'PropertyDefinition':
      case 'AccessorProperty':
        // The functions of a field are made when the class is instantiated, not when the function around it is entered.
        for (const decorator of node.decorators ?? []) this.#visit(decorator, capture, mark, node, 'decorators');
        this.#visit(node.key, capture, mark, node, 'key');
        if (node.value) this.#visit(node.value, undefined, undefined, node, 'value');
        return;
      case 'StaticBlock':
        forEachChild(node, (child, childKey) => this.#visit(child, undefined, undefined, node, childKey));
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
          return;
        }
        break;
      case 'CatchClause':
        if (mark !== undefined) this.#insert(node.body.start + 1, `${RESUME}(${mark});`);
        break;
      case 'NewExpression':
        if (isStorageClass(node.callee) && !(parent?.type === 'NewExpression' && key === 'callee')) {
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

  #visitFunction(
    fn: FunctionNode | ArrowFunctionExpression,
    outer: Capture | undefined,
    parent: Node | undefined,
    key: string,
  ): void {
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
    const capture: Capture = { name: undefined };
    const isChecked =
      outer !== undefined &&
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
    const { at, separator } = isBlock ? firstPosition(body, this.#code) : { at: body.start, separator: '' };
    const opening = this.#insert(at, '');
    this.#visit(body, capture, fn.async ? mark : undefined, fn, 'body');
    const constants = [enter, capture.name === undefined ? '' : `${capture.name}=${CAPTURE}()`].filter(Boolean).join();
    if (constants === '') return;
    const leave = mark === undefined ? '' : `}finally{${mark}&&${LEAVE}(${mark})}`;
    const start = `${separator}const ${constants};${mark === undefined ? '' : 'try{'}`;
    opening.text = inserted(isBlock ? start : `{${start}return (`);
    if (!isBlock) this.#insert(body.end, `)${leave}}`);
    else if (leave !== '') this.#insert(body.end - 1, leave);
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

/** `AsyncLocalStorage`, `async_hooks.AsyncLocalStorage`, `(0, a.AsyncLocalStorage)`, `AsyncContext.Variable`. */
function isStorageClass(callee: Node): boolean {
  if (callee.type === 'ParenthesizedExpression') return isStorageClass(callee.expression);
  if (callee.type === 'SequenceExpression') {
    const last = callee.expressions.at(-1);
    return last !== undefined && isStorageClass(last);
  }
  if (callee.type === 'Identifier') return callee.name === 'AsyncLocalStorage';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { name } = callee.property;
  if (name === 'AsyncLocalStorage') return true;
  return name === 'Variable' && callee.object.type === 'Identifier' && callee.object.name === 'AsyncContext';
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
