/**
 * Finds the `await`s of code as text. Pages contain no parser, and only code that the build has not reached is read this
 * way.
 */

const REGEXP_MAY_FOLLOW =
  /(?:^|[([{,;=:!&|?+\-*%~^<>]|(?:^|[^.\w$])(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))$/;
/** The longest of these words, and a character before it. */
const LONGEST_WORD = 7;

/** Returns the code with spaces in place of comments and of the contents of strings and regular expressions. */
export function blankLiterals(code: string): string {
  const output = code.split('');
  /** For each open template: how many braces are open within its placeholder. */
  const templates: number[] = [];
  let at = 0;
  const blankTo = (end: number) => {
    for (; at < end && at < code.length; at++) if (!/[\n\r\u2028\u2029]/.test(code[at] ?? '')) output[at] = ' ';
  };
  /** The delimiters stay: they show that a slash which follows is a division. */
  const blankWithin = (end: number) => {
    at++;
    blankTo(end - 1);
    at = Math.max(at, end);
  };
  const endOf = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    const match = pattern.exec(code);
    return match === null ? code.length : match.index + match[0].length;
  };
  const mayBeginRegExp = () => {
    let last = at - 1;
    while (last >= 0 && /\s/.test(output[last] ?? '')) last--;
    return REGEXP_MAY_FOLLOW.test(output.slice(Math.max(0, last - LONGEST_WORD), last + 1).join(''));
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
      blankWithin(endOf(char === '"' ? /"(?:\\[\s\S]|[^"\\\n])*"?/y : /'(?:\\[\s\S]|[^'\\\n])*'?/y));
    else if (char === '/' && mayBeginRegExp())
      blankWithin(endOf(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*|\//y));
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

/** Whether two offsets are in the same function: no function begins between them and contains the second one. */
export function isSameFunction(blanked: string, start: number, end: number): boolean {
  /** What precedes each bracket that is open, in its statement or list item, with what is in other brackets left out. */
  const open: string[] = [];
  let item = '';
  // A name stands for the second place, before which a line break can end a statement.
  for (const [token] of `${blanked.slice(start, end)}_`.matchAll(/[{}()[\]]|[^{}()[\]]+/g)) {
    if ('{(['.includes(token)) {
      open.push(item + token);
      item = '';
    } else if ('})]'.includes(token)) {
      const before = open.pop();
      item = before === undefined ? '' : before + token;
    } else {
      item = (item + token).split(SEPARATOR).at(-1) ?? '';
    }
  }
  return ![...open, item].some(isInFunction);
}

/** A comma, a semicolon, or a line break that ends a statement. */
const SEPARATOR = /[,;]|(?<=[\w$)\]}'"`])[^\S\n]*\n(?=\s*[\w$])/;

/** Whether code that follows is in a function, or in the body of a class. */
function isInFunction(item: string): boolean {
  const [, name] = /([\w$\]'"]+)\s*\(\)\s*\{$/.exec(item) ?? [];
  return (
    // The body of the arrow function is an expression, or its braces are open.
    /=>(?!\s*\{\})/.test(item) ||
    /\b(?:function|class)\b[^{}]*\{$/.test(item) ||
    (name !== undefined && !/^(?:if|for|while|switch|catch|with|await)$/.test(name))
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
