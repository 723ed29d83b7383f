/**
 * Walks the syntax tree of a file once and collects the facts from which code is emitted. It writes nothing. `facts.ts`
 * defines the terms.
 */
import type {
  ArrowFunctionExpression,
  AwaitExpression,
  BlockStatement,
  Directive,
  Expression,
  ExpressionStatement,
  ForOfStatement,
  ForStatement,
  Function as FunctionNode,
  Node,
  Program,
  ReturnStatement,
  Statement,
  TryStatement,
  YieldExpression,
} from 'oxc-parser';
import { endOfDirectives } from './directives.js';
import type { AwaitFacts, BodyFacts, Construct, FileFacts, FunctionFacts, GeneratorFrame } from './facts.js';
import { findHoistingConflicts } from './hoisting-conflicts.js';
import { mayBeThenable } from './may-be-thenable.js';
import { forEachChild, hasDecorators, isBlock, isNode, usingKindOf } from './syntax-tree.js';
import { TailAwaits } from './tail-awaits.js';
import type { TextPositions } from './text-positions.js';

/**
 * Collects the facts about a file.
 * @param keywords the positions at which the file may contain the keywords `async` and `await`
 * @param generators the frame in which the bodies of generators run
 */
export function analyze(program: Program, keywords: TextPositions, generators: GeneratorFrame): FileFacts {
  return new Analyzer(keywords, generators).analyze(program);
}

interface Region {
  readonly outer: Region | undefined;
  suspends: boolean;
}

/** The function, or the top level, that is being walked. */
class BodyFactsBuilder {
  /**
   * A `synchronous` body cannot suspend. This includes generators whose frames the transform leaves to the JavaScript
   * engine.
   */
  readonly kind: 'async' | 'generator' | 'top level' | 'synchronous';
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly constructs: Construct[] = [];
  hasContinuation = false;
  isGuarded = false;
  hasResultVariable = false;
  /** The innermost region around the node that is being visited. */
  region: Region | undefined = undefined;
  /** Nesting depth of destructurings and `for…of` heads whose iterator closes on rejection. */
  closingDepth = 0;
  /** The expression statement that was visited last. */
  statement: ExpressionStatement | Directive | undefined = undefined;

  constructor(kind: BodyFactsBuilder['kind'], isAsync = false, isGenerator = false) {
    this.kind = kind;
    this.isAsync = isAsync;
    this.isGenerator = isGenerator;
  }

  get facts(): BodyFacts {
    const { isAsync, isGenerator, constructs, hasContinuation, isGuarded, hasResultVariable } = this;
    return { isAsync, isGenerator, constructs, hasContinuation, isGuarded, hasResultVariable };
  }

  enterRegion(): Region {
    const region = { outer: this.region, suspends: false };
    this.region = region;
    return region;
  }

  leaveRegion(): void {
    this.region = this.region?.outer;
  }

  /** Records a suspension. */
  suspend(): void {
    for (let { region } = this; region !== undefined && !region.suspends; region = region.outer) {
      region.suspends = true;
    }
  }

  /** Records a suspension other than an `await` expression. Code follows it, and that code begins with `back`. */
  suspendGuarded(): void {
    this.suspend();
    this.hasContinuation = true;
    this.isGuarded = true;
  }
}

/** The nodes that can contain a `return` of the function around them, or that are one. */
const MAY_RETURN: ReadonlySet<Node['type']> = new Set([
  'ReturnStatement',
  'BlockStatement',
  'IfStatement',
  'SwitchStatement',
  'SwitchCase',
  'TryStatement',
  'CatchClause',
  'LabeledStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'WithStatement',
] as const);

class Analyzer {
  readonly #keywords: TextPositions;
  readonly #generators: GeneratorFrame;
  readonly #tails = new TailAwaits();
  readonly #functions: FunctionFacts[] = [];
  #body = new BodyFactsBuilder('top level', true);

  constructor(keywords: TextPositions, generators: GeneratorFrame) {
    this.#keywords = keywords;
    this.#generators = generators;
  }

  analyze({ body: statements }: Program): FileFacts {
    this.#statements(statements, 1);
    const hasResources = statements.some((statement) => usingKindOf(statement) !== undefined);
    const end = hasResources ? undefined : statements.at(-1)?.end;
    return {
      functions: this.#functions,
      topLevel: this.#body.hasContinuation ? { ...this.#body.facts, end } : undefined,
    };
  }

  #visit(node: Node, depth: number): void {
    if (this.#hasNoFacts(node)) return;
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, depth);
        break;
      case 'StaticBlock':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        this.#classElement(node, depth);
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
        this.#visit(node.expression, depth + 1);
        break;
      case 'BlockStatement':
        this.#block(node, node.start + 1, depth);
        break;
      case 'ArrayPattern':
        this.#body.closingDepth++;
        this.#children(node, depth);
        this.#body.closingDepth--;
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

  /** Whether the walk can skip a node: it contains no suspension, and no `return` of an async function. */
  #hasNoFacts(node: Node): boolean {
    if (this.#keywords.hasBetween(node.start, node.end) || this.#generators === 'creation') return false;
    const { kind } = this.#body;
    if (kind === 'generator' || (kind === 'async' && MAY_RETURN.has(node.type))) return false;
    // The function node of an async method starts after the keyword.
    if ('async' in node && node.async === true) return false;
    return !hasDecorators(node);
  }

  #children(node: Node, depth: number): void {
    forEachChild(node, (child) => this.#visit(child, depth + 1));
  }

  #statements(statements: readonly Node[], depth: number): void {
    for (const statement of statements) this.#visit(statement, depth + 1);
  }

  /**
   * The code of a static block or of a field initializer is a separate function. The name and the decorators of a
   * field belong to the code around the class.
   */
  #classElement(node: Node, depth: number): void {
    if ('decorators' in node) for (const decorator of node.decorators ?? []) this.#visit(decorator, depth + 1);
    if ('key' in node && isNode(node.key)) this.#visit(node.key, depth + 1);
    const outer = this.#body;
    this.#body = new BodyFactsBuilder('synchronous');
    if (node.type === 'StaticBlock') this.#children(node, depth);
    else if ('value' in node && isNode(node.value)) this.#visit(node.value, depth + 1);
    this.#body = outer;
  }

  #function(node: FunctionNode | ArrowFunctionExpression, depth: number): void {
    const outer = this.#body;
    const { async: isAsync, generator: isGenerator, body: code } = node;
    const runsInCreationFrame = isGenerator && this.#generators === 'creation';
    const body = new BodyFactsBuilder(
      isGenerator && (isAsync || runsInCreationFrame) ? 'generator' : isAsync ? 'async' : 'synchronous',
      isAsync,
      isGenerator,
    );
    this.#body = body;
    for (const param of node.params) this.#visit(param, depth + 1);
    if (code !== null) this.#functionBody(code, depth);
    this.#body = outer;
    if (code === null || body.kind === 'synchronous') return;
    if (body.constructs.length === 0 && !runsInCreationFrame) return;
    const movesIntoBlock = body.hasContinuation && !runsInCreationFrame && isBlock(code);
    this.#functions.push({
      ...body.facts,
      node,
      depth,
      body: code,
      runsInCreationFrame,
      hoistingConflicts: movesIntoBlock ? findHoistingConflicts(code) : undefined,
    });
  }

  #functionBody(code: BlockStatement | Expression, depth: number): void {
    const isAsyncFunction = this.#body.kind === 'async';
    if (isBlock(code)) {
      if (isAsyncFunction) this.#tails.addFromStatements(code.body);
      this.#block(code, endOfDirectives(code.body, code.start + 1), depth + 1);
      return;
    }
    if (isAsyncFunction) this.#result(code, depth);
    this.#visit(code, depth + 1);
  }

  /** Records what an async function returns. */
  #result(argument: Expression, depth: number): void {
    this.#tails.addFromResult(argument);
    if (mayBeThenable(argument)) this.#body.constructs.push({ type: 'return', argument, depth });
  }

  #await(node: AwaitExpression, depth: number): void {
    const body = this.#body;
    const role = this.#roleOf(node);
    body.constructs.push({ type: 'await', node, depth, role });
    this.#visit(node.argument, depth + 1);
    body.suspend();
    const isTail = body.kind === 'async' && body.region === undefined && this.#tails.has(node);
    if (!isTail || role === 'closes iterator') body.hasContinuation = true;
    if (role === 'closes iterator') body.isGuarded = true;
    if (role === 'expression') body.hasResultVariable = true;
  }

  #roleOf(node: AwaitExpression): AwaitFacts['role'] {
    const { closingDepth, statement } = this.#body;
    if (closingDepth > 0) return 'closes iterator';
    if (statement?.expression === node) return 'statement';
    return statement?.start === node.start ? 'statement start' : 'expression';
  }

  #yield(node: YieldExpression, depth: number): void {
    const body = this.#body;
    this.#children(node, depth);
    if (body.kind !== 'generator') return;
    body.suspendGuarded();
    body.constructs.push({ type: 'yield', node, depth, closesIterator: body.closingDepth > 0 });
  }

  #return(node: ReturnStatement, depth: number): void {
    const body = this.#body;
    const { argument } = node;
    if (argument !== null && body.kind === 'async') this.#result(argument, depth);
    this.#children(node, depth);
    if (argument !== null && body.kind === 'generator' && body.isAsync) {
      body.suspendGuarded();
      body.constructs.push({ type: 'return', argument, depth });
    }
  }

  #try(node: TryStatement, depth: number): void {
    const body = this.#body;
    const { block, handler, finalizer } = node;
    const tried = body.enterRegion();
    this.#visit(block, depth + 1);
    body.leaveRegion();
    let suspends = tried.suspends;
    if (handler !== null) {
      const handled = body.enterRegion();
      this.#children(handler, depth + 1);
      body.leaveRegion();
      suspends ||= handled.suspends;
    }
    if (finalizer !== null) this.#visit(finalizer, depth + 1);
    const isHandlerGuarded = handler !== null && tried.suspends;
    const isFinalizerGuarded = finalizer !== null && suspends;
    if (!isHandlerGuarded && !isFinalizerGuarded) return;
    body.isGuarded = true;
    body.constructs.push({ type: 'try', node, depth, isHandlerGuarded, isFinalizerGuarded });
  }

  /** @param start the position at which its labels begin */
  #loop(node: Statement, start: number, depth: number): void {
    if (node.type === 'LabeledStatement') this.#loop(node.body, start, depth + 1);
    else if (node.type === 'ForOfStatement') this.#forOf(node, start, depth);
    else if (node.type === 'ForStatement') this.#for(node, start, depth);
    else this.#visit(node, depth);
  }

  #for(node: ForStatement, start: number, depth: number): void {
    const body = this.#body;
    const { init } = node;
    const using = usingKindOf(init);
    const region = body.enterRegion();
    this.#children(node, depth);
    body.leaveRegion();
    if (using === undefined || init?.type !== 'VariableDeclaration') return;
    if (using === 'await using') body.suspendGuarded();
    else if (!region.suspends) return;
    body.isGuarded = true;
    body.constructs.push({ type: 'for', node, depth, start, declaration: init, using });
  }

  #forOf(node: ForOfStatement, start: number, depth: number): void {
    const body = this.#body;
    const closesIterator = !node.await;
    if (closesIterator) body.closingDepth++;
    this.#visit(node.left, depth + 1);
    if (closesIterator) body.closingDepth--;
    this.#visit(node.right, depth + 1);
    const region = body.enterRegion();
    this.#visit(node.body, depth + 1);
    body.leaveRegion();
    const using = usingKindOf(node.left);
    if (node.await || using === 'await using') body.suspendGuarded();
    else if (!region.suspends) return;
    body.isGuarded = true;
    body.constructs.push({ type: 'for-of', node, depth, start, using });
  }

  /** @param start the position at which its code begins */
  #block(node: BlockStatement, start: number, depth: number): void {
    const body = this.#body;
    const kinds = node.body.map(usingKindOf);
    const isAsync = kinds.includes('await using');
    if (!isAsync && !kinds.includes('using')) {
      this.#statements(node.body, depth);
      return;
    }
    const region = body.enterRegion();
    this.#statements(node.body, depth);
    body.leaveRegion();
    if (isAsync) body.suspendGuarded();
    else if (!region.suspends) return;
    body.isGuarded = true;
    body.constructs.push({ type: 'block', node, depth, start, isAsync });
  }
}
