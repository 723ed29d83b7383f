/**
 * Reads the tokens of a file without parsing it, which takes a small part of the time and memory of a parse. The tokens
 * show
 *
 * - where `async` and `await` may be keywords: not in a string, a comment, a regular expression or after a dot;
 * - which text has no influence on the transform, so that the parser need not see it: see below;
 * - how deeply the syntax tree can nest at most.
 *
 * Without a parse, the tokens of some programs are ambiguous: `<` may begin an element of JSX, and a slash after a brace
 * may divide, or begin a regular expression. Such a file is parsed as a whole. Its depth is estimated nevertheless.
 *
 * The parser need not see comments, nor the content of brackets without such a keyword, if they are
 *
 * - the arguments of a call, the parameters of a function, or the head of an `if`, `while` or `switch`;
 * - braces outside of async functions;
 * - braces in an async function that are the body of another function, or that are a block without a `return`, which the
 *   transform may have to wrap, and without a `var`, which may conflict with a function.
 *
 *     async function f(a) { const b = a.map((c) => { return g(c); }); if (b[0]) { h(); } return await i(b); }
 *                                           ╰──────────────────────╯      ╰──╯    ╰──╯               ╰╯
 *
 * The depth of the tree is bounded by the number of tokens since the beginning of the statement or list item, in each
 * of the brackets around a position:
 *
 *     f(a, [b + !c], d);
 *     ▲▲   ▲  ▲▲▲        2 tokens in the statement, 1 in the call, 4 in the array: at most 7 levels
 */
import { findAsyncAwaitKeywords } from '../analysis/async-await-keywords.js';
import { TextPositions } from '../analysis/text-positions.js';

/** The text between two brackets, the text of a literal, or a comment. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly kind: 'parentheses' | 'braces' | 'literal' | 'comment';
}

export interface ScannedCode {
  /** The positions at which `async` and `await` may be keywords. */
  readonly keywords: TextPositions;
  /** The largest blocks without influence on the transform, in the order of the text. */
  readonly unusedBlocks: readonly Block[];
  /** The syntax tree has at most about this many levels. */
  readonly maximumDepth: number;
  /** Where the code may be nested that deeply. */
  readonly deepestPosition: number;
}

/** @param lang `ts` and `tsx` have tokens of their own */
export function scanCode(code: string, lang = 'jsx'): ScannedCode {
  const scanner = new Scanner(code);
  scanner.scan();
  const { maximumDepth, deepestPosition } = scanner;
  return lang.startsWith('ts') || scanner.isAmbiguous
    ? { keywords: findAsyncAwaitKeywords(code), unusedBlocks: [], maximumDepth, deepestPosition }
    : { keywords: new TextPositions(scanner.keywords), unusedBlocks: scanner.blocks, maximumDepth, deepestPosition };
}

/** Shorter blocks are not worth the effort. */
const MINIMUM_BLOCK_LENGTH = 16;
const MINIMUM_LITERAL_LENGTH = 64;

export const LINE_END_PATTERN = /[\n\r\u2028\u2029]/;

// Kinds of characters.
const SPACE = 0;
const LINE_END = 1;
const WORD = 2;
const PUNCTUATOR = 3;

const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[\n\r]/.test(char)) return LINE_END;
  if (/[\t\v\f ]/.test(char)) return SPACE;
  // A private name begins with `#`, an escape with a backslash.
  return /[\w$#\\]/.test(char) ? WORD : PUNCTUATOR;
});

function kindOf(char: number): number {
  return char < 128 ? (ASCII_KINDS[char] as number) : kindOfOther(char);
}

function kindOfOther(char: number): number {
  if (char === 0x2028 || char === 0x2029) return LINE_END;
  return /\s/.test(String.fromCharCode(char)) ? SPACE : WORD;
}

// Characters.
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const QUOTE = 39;
const OPENING_PARENTHESIS = 40;
const CLOSING_PARENTHESIS = 41;
const STAR = 42;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const SEMICOLON = 59;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const OPENING_SQUARE = 91;
const BACKSLASH = 92;
const CLOSING_SQUARE = 93;
const BACKTICK = 96;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

// What the next token may begin.
/** An operand: a slash begins a regular expression. */
const OPERAND = 0;
/** An operator: a slash divides. */
const OPERATOR = 1;
const EITHER = 2;

// Kinds of tokens. Punctuators are represented by their character instead, which is greater.
const FILE_START = 0;
/** An identifier, a property or a literal. */
const NAME = 1;
/** `if`, `switch`, `while` and `with`, after whose parentheses a statement or a block begins. */
const CONTROL = 2;
const FOR = 3;
const CATCH = 4;
/** `else` and `do`, after which a statement begins. */
const ELSE = 5;
const RETURN = 6;
const CASE = 7;
const VAR = 8;
const IN = 9;
/** Another keyword that precedes an operand. */
const PREFIX = 10;
/** A word that is a keyword in some places. */
const CONTEXTUAL = 11;
const LAST_WORD = CONTEXTUAL;
const ARROW = 12;
const SPREAD = 13;
/** The brace that closes a block, or the body of a function or class. */
const BLOCK_END = 14;

const WORD_TOKENS: ReadonlyMap<string, number> = new Map([
  ...['if', 'switch', 'while', 'with'].map((word) => [word, CONTROL] as const),
  ['for', FOR],
  ['catch', CATCH],
  ...['else', 'do'].map((word) => [word, ELSE] as const),
  ['return', RETURN],
  ['case', CASE],
  ['var', VAR],
  ...['in', 'instanceof'].map((word) => [word, IN] as const),
  ...['default', 'delete', 'extends', 'new', 'throw', 'typeof', 'void'].map((word) => [word, PREFIX] as const),
  // After the last three, a statement can begin on the next line.
  ...['async', 'await', 'import', 'of', 'yield', 'break', 'continue', 'debugger'].map(
    (word) => [word, CONTEXTUAL] as const,
  ),
]);

/** The lengths of these words as a set of bits, by their first letter. It excludes most words of a file. */
const WORD_LENGTHS = new Uint16Array(128);
for (const word of WORD_TOKENS.keys()) {
  const first = word.charCodeAt(0);
  WORD_LENGTHS[first] = (WORD_LENGTHS[first] as number) | (1 << word.length);
}
const LONGEST_WORD = 'instanceof'.length;

function mayBeKeyword(first: number, length: number): boolean {
  return first < 128 && length <= LONGEST_WORD && ((WORD_LENGTHS[first] as number) & (1 << length)) !== 0;
}

const EXPECTED_AFTER: readonly number[] = Object.assign([], {
  [NAME]: OPERATOR,
  [CONTROL]: OPERATOR,
  [FOR]: OPERATOR,
  [CATCH]: OPERATOR,
  [ELSE]: OPERAND,
  [RETURN]: OPERAND,
  [CASE]: OPERAND,
  [IN]: OPERAND,
  [PREFIX]: OPERAND,
  [VAR]: OPERATOR,
  [CONTEXTUAL]: EITHER,
});

/** The first character after `async` if it begins a function: of a name, a parameter list or a type parameter. */
const AFTER_ASYNC = /[\w$\\(*[#"'/.<\u0080-\uffff]/;
/** The first character after `await` if it is only a name. */
const AFTER_AWAIT_NAME = /[:,)\]};=]/;

// Kinds of brackets.
const PARENTHESIS = 0;
/** The parentheses after `if`, `for`, `switch`, `while`, `with` and `catch`. */
const CONTROL_PARENTHESIS = 1;
const SQUARE = 2;
/** Braces around statements, the elements of a class, or anything else that is not certainly an object literal. */
const BLOCK = 3;
const OBJECT = 4;
/** `${…}` in a template literal. */
const SUBSTITUTION = 5;

/** The tokens in front of a brace that certainly does not begin an object literal. */
const BEFORE_BLOCK: readonly number[] = [NAME, CATCH, ELSE, ARROW, CLOSING_PARENTHESIS];

const CLOSING_CHARACTERS = [
  CLOSING_PARENTHESIS,
  CLOSING_PARENTHESIS,
  CLOSING_SQUARE,
  CLOSING_BRACE,
  CLOSING_BRACE,
  CLOSING_BRACE,
] as const;

/** Open brackets, or the file itself. */
class Bracket {
  kind = BLOCK;
  /** The index after the opening bracket. */
  start = 0;
  /** The token before the opening bracket. */
  previous = FILE_START;
  /** Whether the parser need not see the content if that is not used. */
  isOptional = false;
  /** Whether the parser must see the content. */
  isUsed = false;
  /** Whether it contains a `return` or a `var`, apart from those in functions. */
  hasStatements = false;
  /** Whether it is certainly the body of a function that is not async. */
  isSynchronousBody = false;
  /** Whether `async` precedes, so that the next block may be the body of an async function. */
  followsAsync = false;
  /** Whether the statement or list item may end with an expression that is the body of an async arrow function. */
  endsWithAsyncBody = false;
  /** Whether its content may belong to an async function. */
  isAsync = false;
  /** The number of unused blocks before it. */
  blockCount = 0;
  /** The number of tokens since the beginning of the statement or list item. */
  tokenCount = 0;
}

class Scanner {
  readonly keywords: number[] = [];
  readonly blocks: Block[] = [];
  isAmbiguous = false;
  maximumDepth = 0;
  deepestPosition = 0;
  readonly #code: string;
  #index = 0;
  #expected = OPERAND;
  #previous = FILE_START;
  /** Whether a line ends between the previous token and the current one. */
  #isOnNewLine = true;
  readonly #brackets: Bracket[] = [new Bracket()];
  #bracketCount = 0;
  /** The sum of the token counts of all open brackets. */
  #depth = 0;

  constructor(code: string) {
    this.#code = code;
  }

  scan(): void {
    const code = this.#code;
    if (code.startsWith('#!')) this.#lineComment();
    while (this.#index < code.length) {
      const char = code.charCodeAt(this.#index);
      switch (kindOf(char)) {
        case SPACE:
          this.#index++;
          break;
        case LINE_END:
          this.#index++;
          this.#isOnNewLine = true;
          break;
        case WORD:
          this.#word(char);
          break;
        default:
          if (char === SLASH) this.#slash();
          else this.#punctuator(char);
      }
    }
    // The end of a literal or comment is missing, or that of a bracket.
    if (this.#index > code.length || this.#bracketCount > 0) this.isAmbiguous = true;
  }

  #beginToken(token: number): void {
    const bracket = this.#bracket;
    const isWord = token <= LAST_WORD;
    const beginsItem =
      this.#previous === SEMICOLON || this.#previous === COMMA || token === CASE
        ? token !== ELSE
        : isWord && token !== ELSE && token !== IN
          ? this.#previous === BLOCK_END || (this.#isOnNewLine && this.#expected === OPERATOR)
          : false;
    if (beginsItem) {
      this.#depth -= bracket.tokenCount;
      bracket.tokenCount = 0;
      bracket.endsWithAsyncBody = false;
    }
    bracket.tokenCount++;
    this.#depth++;
    if (this.#depth <= this.maximumDepth) return;
    this.maximumDepth = this.#depth;
    this.deepestPosition = this.#index;
  }

  #endToken(token: number, expected: number, end: number): void {
    this.#previous = token;
    this.#expected = expected;
    this.#index = end;
    this.#isOnNewLine = false;
  }

  #word(first: number): void {
    const code = this.#code;
    const start = this.#index;
    const isNumber = first >= ZERO && first <= NINE;
    let end = start + 1;
    for (; end < code.length; end++) {
      const char = code.charCodeAt(end);
      // `async#a() {}` is two words.
      if ((kindOf(char) === WORD && char !== HASH) || (isNumber && char === DOT)) continue;
      // The braces of an escape.
      if (char !== OPENING_BRACE || !code.startsWith('\\u', end - 2)) break;
      end = code.indexOf('}', end);
      if (end < 0) end = code.length;
    }
    let token = NAME;
    if (mayBeKeyword(first, end - start) && this.#previous !== DOT)
      token = WORD_TOKENS.get(code.slice(start, end)) ?? NAME;
    if (token === CONTEXTUAL) this.#contextualWord(start, end);
    else if (token === RETURN || token === VAR) this.#bracket.hasStatements = true;
    // `for await (`
    if (this.#previous === FOR) token = FOR;
    this.#beginToken(token);
    this.#endToken(token, EXPECTED_AFTER[token] as number, end);
  }

  #contextualWord(start: number, end: number): void {
    const code = this.#code;
    const bracket = this.#bracket;
    const nextChar = code[this.#skipSpace(end)] ?? '';
    if (code.startsWith('async', start)) {
      if (!AFTER_ASYNC.test(nextChar)) return;
      bracket.followsAsync = true;
    } else if (code.startsWith('import', start)) {
      // `import.meta` makes the file a module. There may be a comment before the dot.
      if (nextChar !== '(') bracket.isUsed = true;
      return;
    } else if (code.startsWith('yield', start)) {
      if (bracket.isAsync) bracket.isUsed = true;
      return;
    } else if (!code.startsWith('await', start) || nextChar === '' || AFTER_AWAIT_NAME.test(nextChar)) {
      return;
    }
    bracket.isUsed = true;
    this.keywords.push(start);
  }

  /** Returns the index of the first character that is neither white space nor the end of a line. */
  #skipSpace(index: number): number {
    const code = this.#code;
    let next = index;
    while (next < code.length && kindOf(code.charCodeAt(next)) <= LINE_END) next++;
    return next;
  }

  /** Whether a brace follows, with or without comments before it. */
  #isFollowedByBrace(index: number): boolean {
    const code = this.#code;
    let next = this.#skipSpace(index);
    for (; code.startsWith('/*', next) || code.startsWith('//', next); next = this.#skipSpace(next)) {
      const end = code[next + 1] === '*' ? code.indexOf('*/', next + 2) + 2 : this.#endOfLine(next);
      next = end < 2 ? code.length : end;
    }
    return code[next] === '{';
  }

  #punctuator(char: number): void {
    const end = this.#index + 1;
    this.#beginToken(char);
    switch (char) {
      case QUOTE:
      case DOUBLE_QUOTE:
        this.#string(char);
        break;
      case BACKTICK:
        this.#template(end);
        break;
      case OPENING_PARENTHESIS:
        this.#open(this.#isControl() ? CONTROL_PARENTHESIS : PARENTHESIS, end);
        break;
      case OPENING_SQUARE:
        this.#open(SQUARE, end);
        break;
      case OPENING_BRACE:
        this.#open(this.#isObject() ? OBJECT : BLOCK, end);
        break;
      case CLOSING_PARENTHESIS:
      case CLOSING_SQUARE:
      case CLOSING_BRACE:
        this.#close(char, end);
        break;
      default:
        this.#operator(char, end);
    }
  }

  #operator(char: number, end: number): void {
    const code = this.#code;
    const next = code.charCodeAt(end);
    if (char === LESS) {
      // An element of JSX, or a comment `<!--` of a script.
      if (this.#mayBeginOperand() || code.startsWith('!--', end)) this.isAmbiguous = true;
      this.#endToken(char, OPERAND, next === LESS ? end + 1 : end);
      return;
    } else if ((char === PLUS || char === MINUS) && next === char) {
      // In a script, `-->` begins a comment at the beginning of a line.
      if (this.#isOnNewLine && code[end + 1] === '>') this.isAmbiguous = true;
      const isPrefix = this.#isOnNewLine && this.#expected === OPERATOR;
      this.#endToken(char, isPrefix ? EITHER : this.#expected, end + 1);
      return;
    } else if (char === EQUALS && next === GREATER) {
      const bracket = this.#bracket;
      if (bracket.followsAsync && !this.#isFollowedByBrace(end + 1)) {
        bracket.followsAsync = false;
        bracket.endsWithAsyncBody = true;
      }
      this.#endToken(ARROW, OPERAND, end + 1);
      return;
    } else if (char === DOT && next === DOT) {
      this.#endToken(SPREAD, OPERAND, end + 2);
      return;
    }
    this.#endToken(char, OPERAND, end);
  }

  /**
   * Whether a character that can be an operator may begin an operand. After a name, it does so on a new line if the name
   * ends a declaration, or is the label of a `break`.
   */
  #mayBeginOperand(): boolean {
    return this.#expected !== OPERATOR || (this.#isOnNewLine && this.#previous === NAME);
  }

  /** Whether an opening brace certainly begins an object literal or a pattern. */
  #isObject(): boolean {
    if (this.#expected !== OPERAND) return false;
    switch (this.#previous) {
      case FILE_START:
      case ELSE:
      case ARROW:
      case SEMICOLON:
      case COLON:
      case OPENING_BRACE:
      case CLOSING_PARENTHESIS:
        return false;
      case RETURN:
        return !this.#isOnNewLine;
      default:
        return true;
    }
  }

  /** Whether an opening parenthesis begins the head of a statement. */
  #isControl(): boolean {
    const previous = this.#previous;
    return previous === CONTROL || previous === FOR || previous === CATCH;
  }

  /** Whether an opening brace certainly begins the body of a function. On a new line, a block may follow a call. */
  #beginsFunctionBody(): boolean {
    const previous = this.#previous;
    return (
      previous === ARROW || (previous === CLOSING_PARENTHESIS && this.#expected === OPERATOR && !this.#isOnNewLine)
    );
  }

  /** Whether the parser need not see the content of a bracket if that contains no keyword. */
  #isOptional(kind: number, isAsync: boolean): boolean {
    switch (kind) {
      case PARENTHESIS:
        return this.#expected === OPERATOR;
      case CONTROL_PARENTHESIS:
        return this.#previous === CONTROL;
      case BLOCK:
        return !isAsync || BEFORE_BLOCK.includes(this.#previous);
      case OBJECT:
        // Its properties decide whether the transform wraps it.
        return !isAsync;
      default:
        return false;
    }
  }

  get #bracket(): Bracket {
    return this.#brackets[this.#bracketCount] as Bracket;
  }

  #open(kind: number, end: number): void {
    const outer = this.#bracket;
    this.#bracketCount++;
    // Brackets are used again, because a file has very many.
    const bracket = this.#brackets[this.#bracketCount] ?? new Bracket();
    this.#brackets[this.#bracketCount] = bracket;
    bracket.kind = kind;
    bracket.start = end;
    bracket.previous = this.#previous;
    bracket.isUsed = false;
    bracket.followsAsync = false;
    bracket.endsWithAsyncBody = false;
    bracket.hasStatements = false;
    bracket.isSynchronousBody = kind === BLOCK && !outer.followsAsync && this.#beginsFunctionBody();
    bracket.isAsync = !bracket.isSynchronousBody && (outer.isAsync || outer.followsAsync || outer.endsWithAsyncBody);
    bracket.isOptional = this.#isOptional(kind, bracket.isAsync);
    bracket.blockCount = this.blocks.length;
    bracket.tokenCount = 0;
    const token = kind === SQUARE ? OPENING_SQUARE : kind <= CONTROL_PARENTHESIS ? OPENING_PARENTHESIS : OPENING_BRACE;
    this.#endToken(token, OPERAND, end);
  }

  #close(char: number, end: number): void {
    const closed = this.#bracket;
    const { kind, start, previous, isUsed, isAsync, hasStatements, blockCount, tokenCount } = closed;
    if (this.#bracketCount === 0 || char !== CLOSING_CHARACTERS[kind]) this.isAmbiguous = true;
    if (this.#bracketCount === 0) {
      this.#endToken(char, OPERATOR, end);
      return;
    }
    const isUnused = closed.isOptional && !isUsed && !(isAsync && hasStatements);
    if (isUnused && this.#previous !== OPENING_PARENTHESIS) {
      // Instead of those that it contains.
      this.blocks.length = blockCount;
      this.#recordBlock(start, this.#index, char === CLOSING_PARENTHESIS ? 'parentheses' : 'braces');
    }
    this.#bracketCount--;
    this.#depth -= tokenCount;
    const outer = this.#bracket;
    outer.isUsed ||= isUsed;
    if (kind === BLOCK && !closed.isSynchronousBody) outer.hasStatements ||= hasStatements;
    // The body of an async function ends here, if there was one.
    if (kind === BLOCK && (previous === CLOSING_PARENTHESIS || previous === ARROW)) outer.followsAsync = false;
    if (kind === SUBSTITUTION) this.#template(end);
    else if (kind === BLOCK) this.#endToken(BLOCK_END, EITHER, end);
    else this.#endToken(char, kind === CONTROL_PARENTHESIS ? OPERAND : OPERATOR, end);
  }

  #recordBlock(start: number, end: number, kind: Block['kind']): void {
    if (end - start >= MINIMUM_BLOCK_LENGTH) this.blocks.push({ start, end, kind });
  }

  #recordLiteral(start: number, end: number): void {
    if (end - start >= MINIMUM_LITERAL_LENGTH) this.blocks.push({ start, end, kind: 'literal' });
  }

  #string(quote: number): void {
    const code = this.#code;
    let index = this.#index + 1;
    for (; index < code.length; index++) {
      const char = code.charCodeAt(index);
      if (char === quote) break;
      if (char === BACKSLASH) index += code.startsWith('\r\n', index + 1) ? 2 : 1;
      // A quote in the text of an element of JSX.
      else if (char === LINE_FEED || char === CARRIAGE_RETURN) this.isAmbiguous = true;
      if (this.isAmbiguous && kindOf(char) === LINE_END) break;
    }
    this.#recordLiteral(this.#index + 1, index);
    this.#endToken(NAME, OPERATOR, index + 1);
  }

  /** @param start the index at which text of the literal begins */
  #template(start: number): void {
    const code = this.#code;
    let index = start;
    for (; index < code.length; index++) {
      const char = code.charCodeAt(index);
      if (char === BACKTICK) break;
      if (char === BACKSLASH) index++;
      else if (char === DOLLAR && code.charCodeAt(index + 1) === OPENING_BRACE) {
        this.#recordLiteral(start, index);
        this.#open(SUBSTITUTION, index + 2);
        return;
      }
    }
    this.#recordLiteral(start, index);
    this.#endToken(NAME, OPERATOR, index + 1);
  }

  /** A comment, a regular expression or a division. */
  #slash(): void {
    const code = this.#code;
    const start = this.#index;
    const next = code.charCodeAt(start + 1);
    if (next === SLASH) {
      this.#lineComment();
      this.#recordBlock(start, this.#index, 'comment');
    } else if (next === STAR) {
      const end = code.indexOf('*/', start + 2);
      this.#index = (end < 0 ? code.length : end) + 2;
      this.#isOnNewLine ||= LINE_END_PATTERN.test(code.slice(start, this.#index));
      this.#recordBlock(start, this.#index, 'comment');
    } else {
      if (this.#expected !== OPERAND && this.#mayBeginOperand()) this.isAmbiguous = true;
      this.#beginToken(SLASH);
      if (this.#expected === OPERAND) this.#regularExpression();
      else this.#endToken(SLASH, OPERAND, start + 1);
    }
  }

  #lineComment(): void {
    this.#index = this.#endOfLine(this.#index);
  }

  #endOfLine(index: number): number {
    const code = this.#code;
    let end = index;
    while (end < code.length && kindOf(code.charCodeAt(end)) !== LINE_END) end++;
    return end;
  }

  /** Its flags are read as a word. */
  #regularExpression(): void {
    const code = this.#code;
    let isInClass = false;
    let index = this.#index + 1;
    for (; index < code.length; index++) {
      const char = code.charCodeAt(index);
      if (char === SLASH && !isInClass) break;
      if (char === BACKSLASH) index++;
      else if (char === OPENING_SQUARE) isInClass = true;
      else if (char === CLOSING_SQUARE) isInClass = false;
      else if (kindOf(char) === LINE_END) {
        this.isAmbiguous = true;
        break;
      }
    }
    let end = index + 1;
    while (end < code.length && kindOf(code.charCodeAt(end)) === WORD) end++;
    this.#endToken(NAME, OPERATOR, end);
  }
}
