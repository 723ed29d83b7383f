/**
 * Estimates how deep the syntax tree of a file is, before the parser reads it. The parser is recursive native code: if it
 * exhausts the stack of its thread, the process ends.
 *
 * Counted are brackets, and within a pair of brackets what nests without any: arrow functions, conditional and unary
 * operators until the next comma or semicolon. Each `else if` of a file may be in the one before. What is no code is
 * skipped. The estimate may be too high, and a file is then not checked.
 */
import { isMainThread, resourceLimits } from 'node:worker_threads';

/** A level takes up to about 2 kB of the stack. Half of it is left to the code that loads the file. */
const LEVELS_PER_MEGABYTE = 250;

/** The main thread has 8 MB on Linux and macOS, unless the user has less, and 1 MB on Windows. */
export function depthLimit(): number {
  const megabytes = isMainThread ? (process.platform === 'win32' ? 1 : 4) : (resourceLimits.stackSizeMb ?? 4);
  return LEVELS_PER_MEGABYTE * megabytes;
}

/** What is skipped: comments, strings, and regular expressions where an expression begins. */
const SKIPPED = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//y;
const BEFORE_EXPRESSION =
  /(?:[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|else|do|void|delete|await|yield))\s*$/;
const TOKEN = /[([{)\]}`"'/;,?!~]|=>|\b(?:typeof|void|delete|await|yield|new)\b|[+-](?=\s*[+-])|\\[\s\S]/g;
/** The text of a template literal, up to its end or to an expression in it. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)?/y;

/** @returns whether the tree may have more than `limit` levels */
export function isNestedDeeperThan(code: string, limit: number): boolean {
  /** For each pair of brackets around the position: the operators in it, and whether a template continues. */
  const levels: { chain: number; isTemplate: boolean }[] = [{ chain: 0, isTemplate: false }];
  let depth = 0;
  const skip = (pattern: RegExp, from: number): string | undefined => {
    pattern.lastIndex = from;
    const text = pattern.exec(code)?.[0];
    if (text !== undefined) TOKEN.lastIndex = from + text.length;
    return text;
  };
  const open = (isTemplate: boolean) => {
    levels.push({ chain: 0, isTemplate });
    depth++;
  };
  const readTemplate = (from: number) => {
    if (skip(TEMPLATE, from)?.endsWith('${')) open(true);
  };
  if ((code.match(/\belse\s+if\b/g)?.length ?? 0) > limit) return true;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(code); match !== null; match = TOKEN.exec(code)) {
    const [token] = match;
    const { index } = match;
    const top = levels.at(-1) ?? { chain: 0, isTemplate: false };
    switch (token) {
      case '(':
      case '[':
      case '{':
        open(false);
        break;
      case ')':
      case ']':
      case '}':
        if (levels.length === 1) break;
        levels.pop();
        depth -= top.chain + 1;
        if (top.isTemplate) readTemplate(index + 1);
        break;
      case '`':
        readTemplate(index + 1);
        break;
      case '"':
      case "'":
        skip(SKIPPED, index);
        break;
      case '/':
        if (skip(SKIPPED, index) !== undefined) break;
        if (BEFORE_EXPRESSION.test(code.slice(Math.max(0, index - 20), index))) skip(REGULAR_EXPRESSION, index);
        break;
      case ';':
      case ',':
        depth -= top.chain;
        top.chain = 0;
        break;
      default:
        if (token.startsWith('\\')) break;
        top.chain++;
        depth++;
    }
    if (depth > limit) return true;
  }
  return false;
}
