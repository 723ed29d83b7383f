/**
 * The positions of a syntax tree that was printed, transformed and parsed again. They become those of the source that
 * the first tree had, so that source maps, errors and coverage name the lines of the source:
 *
 *     tree ──print──▶ code ──transform──▶ code ──parse──▶ tree
 *      ╰─────────── positions of the source ───────────────▲
 */
import { SourceMap as MapLookup, type SourceMapPayload } from 'node:module';
import { traceMappings } from '../source-maps.js';
import type { BabelApi, BabelFile, BabelNode, Location } from './babel-api.js';

/** The name of the source in the map of the printed code. */
export const SOURCE = 'source';

interface OriginalPosition {
  readonly line: number;
  readonly column: number;
  readonly source: string;
  readonly name: string | undefined;
}

export class OriginalPositions {
  readonly #lookup: MapLookup;

  /**
   * @param mappings from the transformed to the printed code
   * @param printed from the printed code to the source
   */
  constructor(mappings: string, printed: SourceMapPayload) {
    this.#lookup = new MapLookup(traceMappings(mappings, printed) as unknown as SourceMapPayload);
  }

  /** @returns undefined for code that no one wrote */
  find(line: number, column: number): OriginalPosition | undefined {
    const entry = this.#lookup.findEntry(line - 1, column);
    // The nearest position may be on an earlier line.
    if (!('originalSource' in entry) || entry.generatedLine !== line - 1) return undefined;
    const { originalSource: source, originalLine, originalColumn } = entry;
    const { name } = entry as { readonly name?: string };
    return { line: originalLine + 1, column: originalColumn, source, name };
  }

  /** Gives all nodes and comments of a tree their position in the source, and none to code that is not in it. */
  assignTo({ types }: BabelApi, file: BabelFile): void {
    const visit = (node: BabelNode) => {
      this.#assign(node);
      for (const key of types.VISITOR_KEYS[node.type] ?? []) {
        const child: unknown = Reflect.get(node, key);
        for (const each of Array.isArray(child) ? child : [child]) if (each) visit(each as BabelNode);
      }
    };
    visit(file.program);
    for (const comment of file.comments ?? []) this.#assign(comment);
  }

  #assign(node: BabelNode): void {
    node.loc = node.loc ? this.#trace(node.loc) : undefined;
    // Offsets would be those of the transformed code.
    node.start = undefined;
    node.end = undefined;
  }

  #trace({ start, end, identifierName }: Location): Location | undefined {
    const first = this.find(start.line, start.column);
    if (first === undefined) return undefined;
    const last = this.find(end.line, end.column);
    const isAfter =
      last !== undefined && (last.line > first.line || (last.line === first.line && last.column >= first.column));
    const { line, column } = isAfter ? last : first;
    return {
      start: { line: first.line, column: first.column },
      end: { line, column },
      ...(first.source !== SOURCE && { filename: first.source }),
      ...(identifierName != null && { identifierName: first.name ?? identifierName }),
    };
  }
}
