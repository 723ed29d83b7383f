/**
 * Walks a syntax tree and writes around each suspension what `throughline/await` tells: `off` before it, `on` after it,
 * `back` where code can go on without `on`, and the whole body of a function in a `try` whose `finally` puts the root back.
 *
 *     async function f(x) {          async function f(x) {let _v,_f=_asyncCall();try{
 *       const a = await g(x);          const a = (_v=await _f.off(g(x)),_f.on(_v,_v=0));
 *       return a + 1;                  return a + 1;
 *     }                              }finally{_f.end()}}
 *
 * A function after whose suspensions none of its own code can run needs none of this: its operands are handed on.
 */
import {
  type ArrowFunctionExpression,
  type AwaitExpression,
  type BlockStatement,
  type Directive,
  type Expression,
  type ExpressionStatement,
  type ForOfStatement,
  type ForStatement,
  type Function as FunctionNode,
  type Node,
  type Program,
  type ReturnStatement,
  type Statement,
  type TryStatement,
  type VariableDeclaration,
  visitorKeys,
  type YieldExpression,
} from 'oxc-parser';
import type { Keywords } from './analysis/async-keywords.js';
import { mayBeThenable } from './analysis/may-be-thenable.js';
import type { Helper, Names } from './emit/free-names.js';
import { writeHoisting } from './emit/hoisting.js';
import type { Edits } from './emit/source-edits.js';
import { TransformError } from './parse.js';

interface Await {
  readonly node: AwaitExpression;
  readonly depth: number;
  /** A statement of its own; what a statement begins with; where a rejection closes an iterator; anything else. */
  readonly place: 'statement' | 'first' | 'closer' | 'value';
}

interface Return {
  readonly argument: Expression;
  readonly depth: number;
}

/** Code that something of its own function runs after, whichever way it is left. */
interface Region {
  readonly outer: Region | undefined;
  suspends: boolean;
}

/** What was found in one function, or in the top level of a module. */
class Body {
  readonly kind: 'async' | 'generator' | 'module' | 'other';
  /** Of a generator whose body runs in the frame of its creation. */
  readonly isCreated: boolean;
  /** Of a generator: whether it is async. */
  readonly isAsync: boolean;
  readonly awaits: Await[] = [];
  readonly returns: Return[] = [];
  region: Region | undefined = undefined;
  /** Whether code of the function can run after a suspension. */
  continues = false;
  /** Whether there is a `back` in it. */
  isGuarded = false;
  /** Whether an awaited value is held for a moment. */
  holds = false;
  /** Inside how much whose rejection closes an iterator the walk is. */
  closers = 0;
  /** The statement that is being walked. */
  statement: ExpressionStatement | Directive | undefined = undefined;

  constructor(kind: Body['kind'], isAsync: boolean, isCreated: boolean) {
    this.kind = kind;
    this.isAsync = isAsync;
    this.isCreated = isCreated;
  }
}

/** One file. */
export interface Source {
  readonly code: string;
  readonly filename: string;
  readonly isModule: boolean;
  readonly generators: 'next' | 'creation';
  readonly keywords: Keywords;
  readonly names: Names;
  readonly edits: Edits;
}

/** Between the depth of a node and that of its children: what stands around a child as part of the node. */
const INSIDE = 0.5;

export class Suspensions {
  readonly #source: Source;
  readonly #code: string;
  readonly #edits: Edits;
  readonly #names: Names;
  /** Awaits, and statements with awaits, after which nothing of their function can run. */
  readonly #tails = new Set<Node>();
  #body = new Body('module', true, false);

  constructor(source: Source) {
    this.#source = source;
    this.#code = source.code;
    this.#edits = source.edits;
    this.#names = source.names;
  }

  /** @returns what a module whose top level suspends begins with; nothing where it does not suspend */
  walk(program: Program): string {
    this.#statements(program.body, 1);
    const body = this.#body;
    if (!body.continues) return '';
    this.#writeAwaits(body);
    // What a module disposes of at its end it disposes of after its last statement.
    const last = program.body.some((statement) => usingKind(statement) !== undefined) ? undefined : program.body.at(-1);
    if (last !== undefined) this.#edits.end(last.end, 1, `;${this.#flow}.end();`);
    return this.#opening(body, 'moduleEvaluation');
  }

  get #flow(): string {
    return this.#names.of('f');
  }

  #helper(helper: Helper): string {
    return this.#names.of(helper);
  }

  #visit(node: Node, depth: number): void {
    const { kind } = this.#body;
    if ((kind === 'other' || kind === 'module') && this.#isFree(node)) return;
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, depth);
        break;
      case 'StaticBlock':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        this.#ownCode(node, depth);
        break;
      case 'AwaitExpression':
        this.#await(node, depth);
        break;
      case 'YieldExpression':
        this.#yield(node, depth);
        break;
      case 'ReturnStatement':
        this.#return(node, depth);
        break;
      case 'ExpressionStatement':
        this.#body.statement = node;
        if (this.#tails.has(node)) this.#tails.add(node.expression);
        this.#visit(node.expression, depth + 1);
        break;
      case 'BlockStatement':
        if (this.#tails.has(node)) this.#tailStatement(node.body);
        this.#block(node, node.start + 1, depth);
        break;
      case 'IfStatement':
        if (this.#tails.has(node)) {
          this.#tails.add(node.consequent);
          if (node.alternate !== null) this.#tails.add(node.alternate);
        }
        this.#children(node, depth);
        break;
      case 'ArrayPattern':
        this.#body.closers++;
        this.#children(node, depth);
        this.#body.closers--;
        break;
      case 'TryStatement':
        this.#try(node, depth);
        break;
      case 'LabeledStatement':
      case 'ForOfStatement':
      case 'ForStatement':
        this.#loop(node, node.start, depth);
        break;
      default:
        this.#children(node, depth);
    }
  }

  /** Whether nothing in it can suspend, as long as it stands in nothing that can. */
  #isFree(node: Node): boolean {
    // The word stands before what is the function of a method.
    if ('async' in node && node.async === true) return false;
    return this.#source.generators === 'next' && !this.#source.keywords.has(node.start, node.end);
  }

  #children(node: Node, depth: number): void {
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      if (Array.isArray(child)) {
        for (const item of child) if (isNode(item)) this.#visit(item, depth + 1);
      } else if (isNode(child)) {
        this.#visit(child, depth + 1);
      }
    }
  }

  /** The code of a class's field or static block is a function of its own; a field's name and decorators are no part of it. */
  #ownCode(node: Node, depth: number): void {
    if ('decorators' in node) for (const decorator of node.decorators ?? []) this.#visit(decorator, depth + 1);
    if ('key' in node && isNode(node.key)) this.#visit(node.key, depth + 1);
    const outer = this.#body;
    this.#body = new Body('other', false, false);
    if (node.type === 'StaticBlock') this.#children(node, depth);
    else if ('value' in node && isNode(node.value)) this.#visit(node.value, depth + 1);
    this.#body = outer;
  }

  #function(node: FunctionNode | ArrowFunctionExpression, depth: number): void {
    const outer = this.#body;
    const body = this.#bodyOf(node);
    this.#body = body;
    for (const param of node.params) this.#visit(param, depth + 1);
    const { body: code } = node;
    if (code === null) {
      this.#body = outer;
      return;
    }
    if (isBlock(code)) {
      if (body.kind === 'async') this.#tailStatement(code.body);
      this.#block(code, this.afterDirectives(code.body, code.start + 1).at, depth + 1);
    } else {
      if (body.kind === 'async') {
        this.#tail(code);
        body.returns.push({ argument: code, depth: depth + INSIDE });
      }
      this.#visit(code, depth + 1);
    }
    this.#body = outer;
    if (body.kind === 'other') return;
    if (body.isCreated) {
      this.#writeAwaits(body);
      if (isBlock(code)) this.#writeCreated(body, node, code, depth);
      return;
    }
    for (const { argument, depth } of body.returns) {
      if (mayBeThenable(argument)) this.#wrap(argument, depth, `${this.#helper('wrapReturn')}(`, ')');
    }
    this.#writeAwaits(body);
    if (body.continues) this.#writeFrame(body, code, depth);
  }

  #bodyOf({ async: isAsync, generator: isGenerator }: FunctionNode | ArrowFunctionExpression): Body {
    const isCreated = isGenerator && this.#source.generators === 'creation';
    if (isGenerator && (isAsync || isCreated)) return new Body('generator', isAsync, isCreated);
    return new Body(isAsync ? 'async' : 'other', isAsync, false);
  }

  #fail(reason: string, { start }: Node): never {
    throw new TransformError(reason, this.#source.filename, this.#code, start);
  }

  /** What the body of a function, or a module, begins with. */
  #opening(body: Body, maker: Helper): string {
    return `${body.holds ? `let ${this.#names.of('v')},` : 'const '}${this.#flow}=${this.#helper(maker)}();`;
  }

  /** The `try` around a whole body. */
  #writeFrame(body: Body, code: BlockStatement | Expression, depth: number): void {
    const maker = body.kind === 'generator' ? 'generatorCall' : body.isGuarded ? 'guardedCall' : 'asyncCall';
    const ending = `}finally{${this.#flow}.end()}`;
    const edits = this.#edits;
    if (!isBlock(code)) {
      edits.begin(code.start, depth, `{${this.#opening(body, maker)}try{return `);
      edits.end(code.end, depth, `${ending}}`);
      return;
    }
    const hoisted = writeHoisting(code, depth, edits, this.#names);
    const { at, separator } = this.afterDirectives(code.body, code.start + 1);
    edits.begin(at, depth, `${separator}${hoisted}${this.#opening(body, maker)}try{`);
    edits.end(code.end - 1, depth, ending);
  }

  /**
   * The same for a generator whose body runs in the frame of its creation: that is noted by one more parameter, of which
   * nobody can see anything.
   */
  #writeCreated(body: Body, node: FunctionNode | ArrowFunctionExpression, code: BlockStatement, depth: number): void {
    const { params } = node;
    const edits = this.#edits;
    const flow = this.#flow;
    const noting = `${flow}=${this.#helper('creationFrameGenerator')}()`;
    const last = params.at(-1);
    let opening = `${flow}.back();${body.holds ? `let ${this.#names.of('v')};` : ''}`;
    if (last?.type === 'RestElement') {
      const [length, parts] = [this.#names.of('n'), this.#names.of('r')];
      const { start, end } = last.argument;
      edits.replace(start, end, `{${noting},length:${length},...${parts}}`);
      opening += `var ${this.#code.slice(start, end)}=${flow}.rest(${length},${parts});`;
    } else if (last === undefined) {
      const from = node.typeParameters?.end ?? node.id?.end ?? node.start;
      edits.end(this.#find('(', from) + 1, depth, `...{${noting}}`);
    } else {
      const next = this.#find('', last.end);
      if (this.#code[next] === ',') edits.replace(next, next + 1, '');
      edits.end(last.end, depth, `,...{${noting}}`);
    }
    const { at, separator } = this.afterDirectives(code.body, code.start + 1);
    for (const statement of code.body) {
      if (!('directive' in statement) || typeof statement.directive !== 'string') break;
      if (statement.directive !== 'use strict') continue;
      if (!this.#source.isModule) {
        this.#fail(
          "A generator that runs in the frame of its creation cannot have a 'use strict' of its own. Put it at the beginning of the file.",
          statement,
        );
      }
      edits.replace(statement.start, statement.end, '');
    }
    const ending = `}finally{${flow}.end()}`;
    if (at === code.end - 1) {
      edits.begin(at, depth, `${separator}${opening}try{${ending}`);
    } else {
      edits.begin(at, depth, `${separator}${opening}try{`);
      edits.end(code.end - 1, depth, ending);
    }
  }

  /** Where something stands, from a place on that is outside of any comment. */
  #find(what: string, from: number): number {
    const comment = /\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//y;
    for (let at = from; at < this.#code.length; at++) {
      comment.lastIndex = at;
      if (comment.test(this.#code)) at = comment.lastIndex - 1;
      else if (what === '' || this.#code[at] === what) return at;
    }
    return this.#code.length;
  }

  /** Where the code begins, and what has to separate it from what stands before. */
  afterDirectives(statements: readonly (Directive | Statement)[], start: number): { at: number; separator: string } {
    let at = start;
    for (const statement of statements) {
      if (!('directive' in statement) || typeof statement.directive !== 'string') break;
      at = statement.end;
    }
    return { at, separator: at === start || this.#code[at - 1] === ';' ? '' : ';' };
  }

  #writeAwaits(body: Body): void {
    const flow = this.#flow;
    for (const { node, depth, place } of body.awaits) {
      const { argument } = node;
      if (!body.continues) {
        if (place !== 'statement') this.#wrap(node, depth, `${this.#helper('unwrapResult')}(`, ')');
        this.#wrap(argument, depth + INSIDE, `${this.#helper('wrapOperand')}(`, ')');
        continue;
      }
      if (place === 'closer') {
        this.#wrap(argument, depth + INSIDE, `${this.#helper('suspendAndSchedule')}(${flow},`, ')');
        this.#wrap(node, depth, `${this.#helper('unwrapResult')}(`, ')');
        continue;
      }
      this.#wrap(argument, depth + INSIDE, `${flow}.off(`, ')');
      if (place === 'statement') {
        this.#edits.end(node.end, depth, `,${flow}.on()`);
      } else if (place === 'first') {
        this.#wrap(node, depth, `${flow}.on(`, ')');
      } else {
        const value = this.#names.of('v');
        this.#wrap(node, depth, `(${value}=`, `,${flow}.on(${value},${value}=0))`);
      }
    }
  }

  /** Writes around an expression. */
  #wrap(node: Node, depth: number, before: string, after: string): void {
    const isSequence = node.type === 'SequenceExpression';
    const isAfterWord = /[\w$]/.test(this.#code[node.start - 1] ?? '') && /^[\w$]/.test(before);
    this.#edits.begin(node.start, depth, `${isAfterWord ? ' ' : ''}${before}${isSequence ? '(' : ''}`);
    this.#edits.end(node.end, depth, `${isSequence ? ')' : ''}${after}`);
  }

  /** The expression's value is what its function ends with. */
  #tail(expression: Expression): void {
    switch (expression.type) {
      case 'ParenthesizedExpression':
        this.#tail(expression.expression);
        break;
      case 'ConditionalExpression':
        this.#tail(expression.consequent);
        this.#tail(expression.alternate);
        break;
      case 'LogicalExpression':
        this.#tail(expression.right);
        break;
      case 'AwaitExpression':
        this.#tails.add(expression);
        break;
      default:
    }
  }

  #tailStatement(statements: readonly Node[]): void {
    const last = statements.at(-1);
    if (last !== undefined) this.#tails.add(last);
  }

  #enter(): Region {
    const region = { outer: this.#body.region, suspends: false };
    this.#body.region = region;
    return region;
  }

  #leave(): void {
    this.#body.region = this.#body.region?.outer;
  }

  #suspend(): void {
    for (let { region } = this.#body; region !== undefined && !region.suspends; region = region.outer) {
      region.suspends = true;
    }
  }

  /** A suspension other than a plain `await`. */
  #suspendGuarded(): void {
    this.#suspend();
    this.#body.continues = true;
    this.#body.isGuarded = true;
  }

  #back(): string {
    this.#body.isGuarded = true;
    return `${this.#flow}.back();`;
  }

  #await(node: AwaitExpression, depth: number): void {
    const body = this.#body;
    const { statement } = body;
    let place: Await['place'] = 'value';
    if (body.closers > 0) {
      place = 'closer';
      body.isGuarded = true;
    } else if (statement?.expression === node) place = 'statement';
    else if (statement?.start === node.start) place = 'first';
    body.awaits.push({ node, depth, place });
    this.#visit(node.argument, depth + 1);
    this.#suspend();
    const isTail = body.kind === 'async' && body.region === undefined && this.#tails.has(node);
    if (!isTail || place === 'closer') body.continues = true;
    if (place === 'value') body.holds = true;
  }

  #yield(node: YieldExpression, depth: number): void {
    this.#children(node, depth);
    const { kind, isAsync, closers } = this.#body;
    if (kind !== 'generator') return;
    this.#suspendGuarded();
    const { argument, delegate } = node;
    const flow = this.#flow;
    let before = `${flow}.leave(`;
    if (delegate) before = `${this.#helper(isAsync ? 'delegateAsync' : 'delegateSync')}(${flow},`;
    else if (isAsync) before = `${flow}.${closers > 0 ? 'giveHeld' : 'give'}(`;
    if (argument === null) this.#edits.end(node.end, depth + INSIDE, ` ${before})`);
    else this.#wrap(argument, depth + INSIDE, before, ')');
    this.#wrap(node, depth, `${flow}.took(`, ')');
  }

  #return(node: ReturnStatement, depth: number): void {
    const { argument } = node;
    const body = this.#body;
    if (argument !== null && body.kind === 'async') {
      body.returns.push({ argument, depth: depth + INSIDE });
      this.#tail(argument);
    }
    this.#children(node, depth);
    if (argument !== null && body.kind === 'generator' && body.isAsync) {
      this.#suspendGuarded();
      this.#wrap(argument, depth + INSIDE, `${this.#flow}.give(`, ')');
    }
  }

  #try(node: TryStatement, depth: number): void {
    const { block, handler, finalizer } = node;
    const tried = this.#enter();
    this.#visit(block, depth + 1);
    this.#leave();
    let suspends = tried.suspends;
    if (handler !== null) {
      const handled = this.#enter();
      this.#children(handler, depth + 1);
      this.#leave();
      if (suspends) {
        const { param, body } = handler;
        const back = this.#back();
        if (param === null || param.type === 'Identifier') {
          this.#edits.begin(body.start + 1, depth + 1, back);
        } else {
          const caught = this.#names.of('e');
          this.#edits.end(param.start, depth + 1, caught);
          this.#edits.end(body.start, depth + 1, `{${back}let `);
          this.#edits.move(param.start, param.end, body.start);
          this.#edits.begin(body.start, depth + 1, `=${caught};`);
          this.#edits.end(body.end, depth + 1, '}');
        }
      }
      suspends ||= handled.suspends;
    }
    if (finalizer !== null) {
      this.#visit(finalizer, depth + 1);
      if (suspends) this.#edits.begin(finalizer.start + 1, depth + 1, this.#back());
    }
  }

  /** @param start where its labels begin */
  #loop(node: Statement, start: number, depth: number): void {
    if (node.type === 'LabeledStatement') this.#loop(node.body, start, depth + 1);
    else if (node.type === 'ForOfStatement') this.#forOf(node, start, depth);
    else if (node.type === 'ForStatement') this.#for(node, start, depth);
    else this.#visit(node, depth);
  }

  #for(node: ForStatement, start: number, depth: number): void {
    const { init } = node;
    const kind = usingKind(init);
    const region = this.#enter();
    this.#children(node, depth);
    this.#leave();
    if (kind === 'await using') this.#suspendGuarded();
    if (kind === undefined || init?.type !== 'VariableDeclaration' || !(region.suspends || kind === 'await using'))
      return;
    this.#writeResources(init, depth + 1);
    const { opening, closing } = this.#disposal(kind === 'await using');
    this.#edits.begin(start, depth, `{${opening}`);
    this.#edits.end(node.end, depth, `${closing}}`);
  }

  #forOf(node: ForOfStatement, start: number, depth: number): void {
    const { left, right, body } = node;
    const edits = this.#edits;
    const isClosed = !node.await;
    if (isClosed) this.#body.closers++;
    this.#visit(left, depth + 1);
    if (isClosed) this.#body.closers--;
    this.#visit(right, depth + 1);
    const region = this.#enter();
    this.#visit(body, depth + 1);
    this.#leave();
    const using = usingKind(left);
    if (node.await || using === 'await using') this.#suspendGuarded();
    if (!node.await && using !== 'await using' && !region.suspends) return;

    const back = this.#back();
    const disposal = using === undefined ? { opening: '', closing: '' } : this.#disposal(using === 'await using');
    let { opening, closing } = disposal;
    if (node.await) {
      edits.begin(start, depth, 'try{');
      edits.end(node.end, depth, `}finally{${back}}`);
      this.#wrap(right, depth + INSIDE, `${this.#helper('iterateAsync')}(${this.#flow},`, ')');
      opening = `${back}${opening}`;
    } else if (using !== 'await using') {
      // What closes the iterator of a `for await` goes back itself.
      opening = `try{${opening}`;
      closing = `${closing}}finally{${back}}`;
    }
    edits.end(body.end, depth + 1, `${closing}}`);
    if (using !== undefined && left.type === 'VariableDeclaration') {
      const [first] = left.declarations;
      if (first === undefined) return;
      if (first.init !== null)
        this.#fail(`What a loop goes through is given to the '${using}' by the loop.`, first.init);
      edits.replace(left.start, first.start, 'const ');
      const name = this.#code.slice(first.id.start, first.id.end);
      const adding = `${this.#names.of('d')}.add(${name},${using === 'await using'});`;
      edits.begin(body.start, depth + 1, `{${opening}${adding}`);
      return;
    }
    if (isPlainHead(left) || !node.await) {
      edits.begin(body.start, depth + 1, `{${opening}`);
      return;
    }
    const item = this.#names.of('x');
    const isDeclaration = left.type === 'VariableDeclaration';
    edits.end(left.start, depth, `const ${item}`);
    edits.move(left.start, left.end, body.start);
    edits.end(body.start, depth + 1, `{${opening}${isDeclaration ? '' : '('}`);
    edits.begin(body.start, depth + 1, `=${item}${isDeclaration ? '' : ')'};`);
  }

  /** @param start where its statements begin */
  #block(node: BlockStatement, start: number, depth: number): void {
    const kinds = node.body.map(usingKind);
    const isAsync = kinds.includes('await using');
    if (!isAsync && !kinds.includes('using')) {
      this.#statements(node.body, depth);
      return;
    }
    const region = this.#enter();
    this.#statements(node.body, depth);
    this.#leave();
    if (isAsync) this.#suspendGuarded();
    else if (!region.suspends) return;
    for (const statement of node.body) {
      if (statement.type === 'VariableDeclaration') this.#writeResources(statement, depth + 1);
    }
    const { opening, closing } = this.#disposal(isAsync);
    this.#edits.begin(start, depth, opening);
    this.#edits.end(node.end - 1, depth, closing);
  }

  #statements(statements: readonly Node[], depth: number): void {
    for (const statement of statements) this.#visit(statement, depth + 1);
  }

  /** What stands around the code of a block with resources. */
  #disposal(isAsync: boolean): { opening: string; closing: string } {
    const flow = this.#flow;
    const back = this.#back();
    const resources = this.#names.of('d');
    const failed = (name: string) => `catch(${name}){${back}${resources}.fail(${name})}`;
    const error = this.#names.of('e');
    const next = isAsync
      ? `while(${resources}.next())try{await ${flow}.off(${resources}.value),${flow}.on()}${failed(error)}`
      : `${resources}.next()`;
    return {
      opening: `const ${resources}=${this.#helper('disposal')}();try{`,
      closing: `}${failed(error)}finally{${back}${next}}`,
    };
  }

  /** Makes constants of resources. */
  #writeResources(declaration: VariableDeclaration, depth: number): void {
    const kind = usingKind(declaration);
    const [first] = declaration.declarations;
    if (kind === undefined || first === undefined) return;
    this.#edits.replace(declaration.start, first.start, 'const ');
    for (const { id, init } of declaration.declarations) {
      if (init === null) continue;
      // An anonymous function is named after the constant: through a property.
      const name = id.type === 'Identifier' && isAnonymous(init) ? id.name : undefined;
      const before = `${this.#names.of('d')}.add(${name === undefined ? '' : `{${name}:`}`;
      const after = `${name === undefined ? '' : `}.${name}`},${kind === 'await using'})`;
      this.#wrap(init, depth + INSIDE, before, after);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function isBlock(code: BlockStatement | Expression): code is BlockStatement {
  return code.type === 'BlockStatement';
}

function isAnonymous(expression: Expression): boolean {
  if (expression.type === 'ParenthesizedExpression') return isAnonymous(expression.expression);
  return (
    expression.type === 'ArrowFunctionExpression' ||
    ((expression.type === 'FunctionExpression' || expression.type === 'ClassExpression') && expression.id === null)
  );
}

function usingKind(node: Node | null): 'using' | 'await using' | undefined {
  if (node?.type !== 'VariableDeclaration') return undefined;
  return node.kind === 'using' || node.kind === 'await using' ? node.kind : undefined;
}

/** Whether nothing of the program's own runs when the head of a loop takes a value. */
function isPlainHead(left: ForOfStatement['left']): boolean {
  if (left.type === 'VariableDeclaration') return left.declarations[0]?.id.type === 'Identifier';
  return left.type === 'Identifier';
}
