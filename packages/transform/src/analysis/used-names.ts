/**
 * Finds which of a set of names a file uses, so that emitted code does not use them for something else.
 *
 * The names are collected from the syntax tree, which contains them as the language interprets them: the identifier
 * `\u005ff` is `_f`, and `_f` in a string or a comment is not an identifier. The walk visits only nodes whose text can
 * spell one of the names, literally or with an escape. Most files have no such node, so a single search of their text
 * suffices. Blocks that the tree does not contain count as used words.
 *
 * In three cases a variable can be reached by a name that is not an identifier in the tree: by code that `eval` runs in
 * its scope; by a `with` statement, whose object can have any properties; and by properties of the global object,
 * because the top-level variables of a classic script are such properties. In a file with one of these, every word of
 * the text counts as used.
 */
import type { Node, Program } from 'oxc-parser';
import type { Block } from '../scan/scan-code.js';
import { forEachChild, hasDecorators } from './syntax-tree.js';
import { TextPositions } from './text-positions.js';

/** An escape sequence for a digit, an ASCII letter or an underscore: the characters of the names. */
const ESCAPE = /\\(?:x|u00|u\{0*)([3-7][\da-fA-F])\}?/g;

/** More than the length of any name that is written with escapes. */
const MAX_SPELLING = 400;

const EVAL_OR_WITH = /\beval\b|\bwith\s*(?:\(|\/[*/])/;

/**
 * @param unusedBlocks blocks of the code that the program does not contain, in the order of the text
 * @param names the source of a regular expression for the names, which consist of digits, ASCII letters and underscores
 * @param isScript whether the file is a classic script
 */
export function findUsedNames(
  program: Program,
  code: string,
  unusedBlocks: readonly Block[],
  names: string,
  isScript: boolean,
): ReadonlySet<string> {
  const word = `(?<![\\w$])(?:${names})(?![\\w$])`;
  const spellings = [...code.matchAll(new RegExp(`${word}|${ESCAPE.source}`, 'g'))];
  if (spellings.length === 0) return new Set();
  if (!isScript && !EVAL_OR_WITH.test(code)) {
    const isInBlock = inBlocks(unusedBlocks);
    const [inside, outside] = [spellings.filter(isInBlock), spellings.filter((spelling) => !isInBlock(spelling))];
    const positions = new TextPositions(outside.map(({ index }) => index));
    const identifiers = identifiersAt(program, positions, new RegExp(`^(?:${names}|eval)$`));
    const words = wordsOf(code, inside, new RegExp(`${word}|\\beval\\b`, 'g'));
    // The search above finds every `eval` but one that is written with an escape. It is a direct eval nevertheless.
    if (!identifiers.has('eval') && !words.has('eval')) return new Set([...identifiers, ...words]);
  }
  return wordsOf(code, spellings, new RegExp(word, 'g'));
}

/** Returns a function that tells whether a match is in one of the blocks. */
function inBlocks(blocks: readonly Block[]): (match: RegExpExecArray) => boolean {
  const starts = new TextPositions(blocks.map(({ start }) => start));
  const ends = new TextPositions(blocks.map(({ end }) => end));
  return ({ index }) => starts.countBefore(index + 1) > ends.countBefore(index + 1);
}

/** The names among the words of the text, with and without escapes. */
function wordsOf(code: string, spellings: readonly RegExpExecArray[], word: RegExp): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { 0: text, 1: escapedCharacter, index } of spellings) {
    if (escapedCharacter === undefined) {
      words.add(text);
      continue;
    }
    const around = code.slice(Math.max(0, index - MAX_SPELLING), index + MAX_SPELLING);
    const decoded = around.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    for (const name of decoded.match(word) ?? []) words.add(name);
  }
  return words;
}

/** Returns the names of the identifiers that contain one of the positions and match the expression. */
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
