/**
 * The facts that the analysis collects about a file. Code is emitted from these facts alone. Terms:
 *
 * - A function *suspends* at each `await` and `yield`, at each step of a `for await`, and where it disposes of the
 *   resource of an `await using`. A *construct* is a piece of syntax for which code is written because of such a
 *   suspension.
 * - A function *continues* if any of its own code can run after one of its suspensions. `async (id) => await load(id)`
 *   does not: its only `await` is a *tail*, after which none of its code runs. The frame in which it is resumed does
 *   not matter, so it is enough to wrap the operand.
 * - A *region* is code after which other code of the same function runs, or may run, regardless of how the region is
 *   left: the block and the `catch` of a `try`, the body of a `for…of` (whose iterator is closed), the scope of a
 *   resource (which is disposed of). No `await` in a region is a tail.
 * - A function is *guarded* if some of its code can be reached from a suspension without passing the `on` that belongs
 *   to the suspension: a `catch` after a rejected `await`, a `finally`, the code after a `for await`. Such code begins
 *   with `back`, which restores the frame unless it has already been restored.
 *
 *     async function f() {
 *       try {
 *         await a();      // in a region, so it is no tail: the function continues
 *       } catch {         // the region before it suspends, so this begins with `back`: the function is guarded
 *         b();
 *       }
 *       await c();        // a tail: the last statement
 *     }
 *
 * Facts refer to nodes of the syntax tree and state their depth in the tree. The depth determines the order of texts
 * that are inserted at the same position of the file.
 */
import type {
  ArrowFunctionExpression,
  AwaitExpression,
  BindingIdentifier,
  BlockStatement,
  Expression,
  ForOfStatement,
  ForStatement,
  Function as FunctionNode,
  TryStatement,
  VariableDeclaration,
  YieldExpression,
} from 'oxc-parser';

/** The call in whose frame the body of a generator runs: the `next()` that resumes it, or the call that created it. */
export type GeneratorFrame = 'next' | 'creation';

export interface FileFacts {
  /** Every function for which code must be emitted, inner functions first. */
  readonly functions: readonly FunctionFacts[];
  /** The top level of the file, if it suspends. */
  readonly topLevel: TopLevelFacts | undefined;
}

/** A function, or the top level of a file. */
export interface BodyFacts {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly constructs: readonly Construct[];
  readonly hasContinuation: boolean;
  readonly isGuarded: boolean;
  /** Whether the result of an `await` must be stored in a variable while the frame is restored. */
  readonly hasResultVariable: boolean;
}

export interface FunctionFacts extends BodyFacts {
  readonly node: FunctionNode | ArrowFunctionExpression;
  readonly depth: number;
  readonly body: BlockStatement | Expression;
  /** Whether it is a generator whose body runs in the frame of the call that created it. */
  readonly runsInCreationFrame: boolean;
  /** Set if the statements of the body cannot move into a block as they are. */
  readonly hoistingConflicts: HoistingConflicts | undefined;
}

export interface TopLevelFacts extends BodyFacts {
  /** The end of the last statement; undefined if resources of the top level are disposed of after it. */
  readonly end: number | undefined;
}

export type Construct = AwaitFacts | YieldFacts | ReturnFacts | TryFacts | ForOfFacts | UsingForFacts | UsingBlockFacts;

export interface AwaitFacts {
  readonly type: 'await';
  readonly node: AwaitExpression;
  readonly depth: number;
  /**
   * - `statement`: the `await` is a statement, and its result is not used.
   * - `statement start`: a statement begins with it. The code for it must not begin with a parenthesis, which in a file
   *   without semicolons would call the expression on the previous line.
   * - `closes iterator`: after a rejection, the JavaScript engine closes an iterator, which runs other code, before it
   *   continues the function.
   * - `expression`: anything else.
   */
  readonly role: 'statement' | 'statement start' | 'closes iterator' | 'expression';
}

export interface YieldFacts {
  readonly type: 'yield';
  readonly node: YieldExpression;
  readonly depth: number;
  /** Like the role `closes iterator` of an `await`. */
  readonly closesIterator: boolean;
}

/**
 * A value that the function returns and that may be a thenable: the argument of a `return`, or the body of an arrow
 * function.
 */
export interface ReturnFacts {
  readonly type: 'return';
  readonly argument: Expression;
  /** The depth of the `return` statement or of the arrow function. */
  readonly depth: number;
}

/** A `try` with a suspension in its block or in its `catch`. */
export interface TryFacts {
  readonly type: 'try';
  readonly node: TryStatement;
  readonly depth: number;
  /** Whether the `catch` can be reached from a suspension. */
  readonly isHandlerGuarded: boolean;
  /** Whether the `finally` can be reached from a suspension. */
  readonly isFinalizerGuarded: boolean;
}

/** A `for…of` or `for await` that suspends. */
export interface ForOfFacts {
  readonly type: 'for-of';
  readonly node: ForOfStatement;
  readonly depth: number;
  /** The position at which its labels begin. */
  readonly start: number;
  readonly using: UsingKind | undefined;
}

/** A `for (using …; …; …)` that suspends. */
export interface UsingForFacts {
  readonly type: 'for';
  readonly node: ForStatement;
  readonly depth: number;
  /** The position at which its labels begin. */
  readonly start: number;
  readonly declaration: VariableDeclaration;
  readonly using: UsingKind;
}

/** A block that declares resources and suspends. */
export interface UsingBlockFacts {
  readonly type: 'block';
  readonly node: BlockStatement;
  readonly depth: number;
  /** The position at which its code begins: after the brace, and after directives. */
  readonly start: number;
  readonly isAsync: boolean;
}

export type UsingKind = 'using' | 'await using';

/** Declarations that cannot move into a block: see `hoisting-conflicts.ts`. */
export interface HoistingConflicts {
  /** The names of functions that a later function of the same name replaces before any code can call them. */
  readonly replacedFunctions: readonly BindingIdentifier[];
  /** `var` declarations of a name that a function of the body has. */
  readonly declarations: readonly {
    readonly node: VariableDeclaration;
    /** Whether it is the head of a `for…of` or `for…in`. */
    readonly isLoopHead: boolean;
  }[];
  /** The other names in these declarations. */
  readonly otherNames: readonly string[];
}
