/** Facts about a syntax tree of Babel that decide whether and how it is transformed. */
import type { BabelApi, BabelFile, BabelNode } from './babel-api.js';

export interface TreeFacts {
  /** Whether the transform may change something. */
  readonly canSuspend: boolean;
  /** Whether the module has imports, exports, `import.meta` or a top-level `await`. */
  readonly isModule: boolean;
  readonly hasTypescript: boolean;
  /** The first type of Flow. */
  readonly flowType: BabelNode | undefined;
}

/**
 * @param changesGenerators whether synchronous generators are transformed too
 */
export function readTreeFacts({ types }: BabelApi, { program }: BabelFile, changesGenerators: boolean): TreeFacts {
  let canSuspend = false;
  let hasTypescript = false;
  let flowType: BabelNode | undefined;
  let isModule = program.body.some(({ type }) => /^(?:Import|Export.*)Declaration$/.test(type));
  const visit = (node: BabelNode, isInFunction: boolean) => {
    const {
      async: isAsync,
      generator: isGenerator,
      name,
    } = node as { async?: boolean; generator?: boolean; name?: unknown };
    // TypeScript's helper for lowered code passes thenables on.
    canSuspend ||= isAsync === true || name === '__awaiter' || (changesGenerators && isGenerator === true);
    if (!isInFunction && suspends(node)) {
      canSuspend = true;
      isModule = true;
    }
    isModule ||= isImportMeta(node);
    hasTypescript ||= types.isTypeScript(node);
    if (flowType === undefined && types.isFlow(node)) flowType = node;
    const isFunction = typeof isAsync === 'boolean';
    for (const key of types.VISITOR_KEYS[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      const isChildInFunction = isInFunction || (isFunction && !OUTSIDE_OF_METHOD.includes(key));
      for (const each of Array.isArray(child) ? child : [child]) if (each) visit(each as BabelNode, isChildInFunction);
    }
  };
  visit(program, false);
  return { canSuspend, isModule, hasTypescript, flowType };
}

/** The parts of a method that are evaluated with the class or object that has it. */
const OUTSIDE_OF_METHOD = ['key', 'decorators'];

function isImportMeta(node: BabelNode): boolean {
  return node.type === 'MetaProperty' && (node as { meta?: { name?: unknown } }).meta?.name === 'import';
}

/** Whether a statement or expression of a module's top level awaits. */
function suspends(node: BabelNode): boolean {
  switch (node.type) {
    case 'AwaitExpression':
      return true;
    case 'ForOfStatement':
      return (node as { await?: boolean }).await === true;
    case 'VariableDeclaration':
      return (node as { kind?: string }).kind === 'await using';
    default:
      return false;
  }
}
