/** The part of `@babel/core` that is used. It comes from the tool that runs the plugin, so that its version decides. */
import type { SourceMapPayload } from 'node:module';

export interface BabelApi {
  readonly types: {
    readonly VISITOR_KEYS: Readonly<Record<string, readonly string[]>>;
    importDeclaration(specifiers: readonly never[], source: BabelNode): BabelNode;
    stringLiteral(value: string): BabelNode;
    identifier(name: string): BabelNode;
    callExpression(callee: BabelNode, args: readonly BabelNode[]): BabelNode;
    expressionStatement(expression: BabelNode): BabelNode;
    traverseFast(node: BabelNode, visit: (node: BabelNode) => void): void;
    isFlow(node: BabelNode): boolean;
    isTypeScript(node: BabelNode): boolean;
  };
  parseSync(code: string, options: object): BabelFile | null;
  transformFromAstSync(
    ast: BabelFile,
    code: string,
    options: object,
  ): { readonly code?: string | null; readonly map?: SourceMapPayload | null } | null;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines count from 1, columns from 0. */
export interface Location {
  readonly start: Position;
  readonly end: Position;
  /** The source, if it is not that of the file. */
  readonly filename?: string | undefined;
  /** The name that an identifier has in the source. */
  readonly identifierName?: string | null | undefined;
}

export interface BabelNode {
  readonly type: string;
  loc?: Location | null | undefined;
  start?: number | null | undefined;
  end?: number | null | undefined;
}

export interface BabelProgram extends BabelNode {
  body: BabelNode[];
  directives: BabelNode[];
  interpreter?: BabelNode | null;
  extra?: Record<string, unknown> | undefined;
}

export interface BabelFile extends BabelNode {
  readonly program: BabelProgram;
  comments?: BabelNode[] | null;
  tokens?: unknown;
}
