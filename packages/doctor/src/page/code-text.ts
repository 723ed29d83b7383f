/**
 * Finds the `await`s of code as text. Pages contain no parser, and only code that the build has not reached is read this
 * way.
 */

const REGEXP_MAY_FOLLOW =
  /(?:^|[([{,;=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/;

/** Returns the code with spaces in place of comments and of the contents of strings and regular expressions. */
export function blankLiterals(code: string): string {
  const output = [...code].length === code.length ? code.split('') : code.split('');
  /** For each open template: how many braces are open within its placeholder. */
  const templates: number[] = [];
  let at = 0;
  const blankTo = (end: number) => {
    for (; at < end && at < code.length; at++) if (!/[\n\r\u2028\u2029]/.test(code[at] ?? '')) output[at] = ' ';
  };
  const endOf = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    return match === null ? code.length : match.index + match[0].length;
  };
  const blankTemplate = () => {
    const end = endOf(/(?:\\[\s\S]|[^\\`$]|\$(?!\{))*/y);
    blankTo(end);
    if (code.startsWith('${', at)) {
      at += 2;
      templates.push(0);
    } else {
      at++;
    }
  };
  while (at < code.length) {
    const char = code[at];
    const isComment = char === '/' && (code[at + 1] === '/' || code[at + 1] === '*');
    if (isComment) blankTo(code[at + 1] === '/' ? endOf(/[^\n\r\u2028\u2029]*/y) : endOf(/\/\*[\s\S]*?\*\//y));
    else if (char === '"' || char === "'")
      blankTo(endOf(char === '"' ? /"(?:\\[\s\S]|[^"\\\n])*"?/y : /'(?:\\[\s\S]|[^'\\\n])*'?/y));
    else if (char === '/' && REGEXP_MAY_FOLLOW.test(output.slice(Math.max(0, at - 12), at).join('')))
      blankTo(endOf(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*|\//y));
    else if (char === '`') {
      at++;
      blankTemplate();
    } else if (char === '{' && templates.length > 0) {
      templates.push((templates.pop() ?? 0) + 1);
      at++;
    } else if (char === '}' && templates.length > 0) {
      const open = templates.pop() ?? 0;
      at++;
      if (open > 0) templates.push(open - 1);
      else blankTemplate();
    } else at++;
  }
  return output.join('');
}

/** Returns the offsets of all `await`s, `for await` included. */
export function findAwaits(blanked: string): number[] {
  return [...blanked.matchAll(/(?<![\w$.#])await\b(?!\s*[:,=)\]}])/g)].map(({ index }) => index);
}

/** Returns the offset of the last `await` between two offsets of one function; undefined if there is none. */
export function lastAwaitBetween(blanked: string, start: number, end: number): number | undefined {
  return findAwaits(blanked).findLast((at) => at >= start && at < end && isSameFunction(blanked, at, end));
}

/**
 * Whether two offsets are in the same function. The function ends between them if its braces are closed, and another one
 * begins there if it has a body that is still open.
 */
export function isSameFunction(blanked: string, start: number, end: number): boolean {
  const between = blanked.slice(start, end);
  let depth = 0;
  let lowest = 0;
  let lowestAt = 0;
  for (const { 0: brace, index } of between.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth >= lowest) continue;
    lowest = depth;
    lowestAt = index;
  }
  return (
    depth === lowest ||
    !/\bfunction\b|=>|\bclass\b|\b(?!if|for|while|switch|catch|with)[\w$]+\s*\([^()]*\)\s*\{/.test(
      between.slice(lowestAt),
    )
  );
}

/** Both numbers of a position begin with 1. */
export function offsetOf(code: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const next = code.indexOf('\n', start);
    if (next < 0) return code.length;
    start = next + 1;
  }
  return start + column - 1;
}

export function positionAt(code: string, offset: number): { readonly line: number; readonly column: number } {
  const before = code.slice(0, offset);
  return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
