/**
 * Which of a set of names a file uses, so that emitted code does not use them for something else.
 *
 * Names are taken from the syntax tree, as the language means them: `\u005ff` is `_f`, and `_f` in a string or in a comment is
 * no name. Only those parts of the tree are visited where the text can spell one of the names, literally or with an escape. Most files
 * have no such part: their text is searched once.
 *
 * There are three ways to reach a variable by a name that is not an identifier of the tree: code that is evaluated in its
 * scope, an object in whose scope a `with` statement puts the code, and properties of the global object, which the top-level
 * variables of a classic script are. In such a file every word of the text counts, wherever it is.
 */
import type { Node, Program } from 'oxc-parser';
import { forEachChild } from './syntax-tree.js';
import { TextPositions } from './text-positions.js';

/** An escape of a character of which the names consist: a digit, an ASCII letter or an underscore. */
const ESCAPE = /\\(?:x|u00|u\{0*)([3-7][\da-fA-F])\}?/g;

const EVAL_OR_WITH = /\beval\b|\bwith\s*(?:\(|\/[*/])/;

/**
 * @param names the source of a regular expression for the names, which consist of digits, ASCII letters and underscores
 * @param isScript whether the file is a classic script
 */
export function findUsedNames(program: Program, code: string, names: string, isScript: boolean): ReadonlySet<string> {
  const word = `(?<![\\w$])(?:${names})(?![\\w$])`;
  const spellings = new RegExp(`${word}|${ESCAPE.source}`, 'g');
  const positions = new TextPositions(Array.from(code.matchAll(spellings), ({ index }) => index));
  if (positions.isEmpty) return new Set();
  const text = code.replace(ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  if (isScript || EVAL_OR_WITH.test(text)) return new Set(text.match(new RegExp(word, 'g')));
  return identifiersAt(program, positions, new RegExp(`^(?:${names})$`));
}

/** The names of the identifiers that contain one of the positions and match the expression. */
function identifiersAt(program: Program, positions: TextPositions, names: RegExp): ReadonlySet<string> {
  const identifiers = new Set<string>();
  const visit = (node: Node): void => {
    if (!positions.hasBetween(node.start, node.end) && !hasDecorators(node)) return;
    if ((node.type === 'Identifier' || node.type === 'JSXIdentifier') && names.test(node.name))
      identifiers.add(node.name);
    forEachChild(node, visit);
  };
  for (const statement of program.body) visit(statement);
  return identifiers;
}

/** Decorators can precede what they belong to, as in `@decorator export class A {}`, and are then outside of its range. */
function hasDecorators(node: Node): boolean {
  const isExport = node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration';
  const decorated = isExport ? node.declaration : node;
  return decorated !== null && 'decorators' in decorated && (decorated.decorators?.length ?? 0) > 0;
}
