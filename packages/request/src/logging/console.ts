/**
 * A console whose lines begin with the id of the request that wrote them.
 *
 *     scoped.log() ── in a request ──▶ console of the request ──▶ text ──▶ prefix on every line ──▶ target.log()
 *          └───────── outside of one ─────────────────────────────────────────────────────────────────▲
 *
 * Each request has its own console, which formats the text. The indentation of `group`, the numbers of `count` and the
 * timers of `time` are therefore separate for each request, and concurrent requests do not interfere with each other.
 *
 * Every line of the text gets the prefix of the request, so a value with a line break in it cannot look like a line of
 * another request. Control characters are escaped, because on a terminal they can move the cursor to an earlier line.
 * If values are colored, the escape sequences of colors stay. The message of an error can then contain a color, but a
 * string that is logged directly cannot.
 */
import { Console as TextConsole } from 'node:console';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { type RequestScope, tryGetRequestScope } from '../scope/request-scope.js';
import { logFields } from './log-fields.js';

/** The methods of the target that lines are written with. */
const levelMethods = ['debug', 'error', 'info', 'log', 'warn'] as const;

/** The methods that print, except for `trace`. */
const printingMethods = [
  ...levelMethods,
  'assert',
  'count',
  'countReset',
  'dir',
  'dirxml',
  'group',
  'groupCollapsed',
  'groupEnd',
  'table',
  'time',
  'timeEnd',
  'timeLog',
] as const;

type LevelMethod = (typeof levelMethods)[number];
type PrintingMethod = (typeof printingMethods)[number];
type Methods = Record<PrintingMethod | 'trace', (...args: unknown[]) => void>;

/**
 * Creates a console that prints to another one, and in a request begins each line with
 * `[<request id> name=value ...] `: the fields of `logFields()`. Outside of a request, it behaves like the other
 * console. Methods that print nothing, such as `clear`, are always those of the other console.
 * @param target the console whose methods `log`, `info`, `debug`, `warn` and `error` receive the lines; default: the
 * global console
 * @returns the console
 * @example
 * import { withRequestScope } from '@throughline/request';
 * import { scopedConsole } from '@throughline/request/console';
 *
 * const log = scopedConsole();
 * withRequestScope({ id: 'nightly' }, () => log.info('%d items', 3)); // [nightly] 3 items
 * @see https://nodejs.org/api/console.html
 */
export function scopedConsole(target: Console = globalThis.console): Console {
  // The methods of a console have different parameter types. The arguments are passed on unchanged.
  const targetMethods = target as unknown as Methods;
  const consoles = new WeakMap<RequestScope, Methods>();
  /** The method of the target for the text that is being written, or undefined for the default of the stream. */
  let currentLevel: LevelMethod | undefined;

  const colorMode = target === globalThis.console && process.stdout.isTTY === true && process.stdout.hasColors();
  const unsafePattern = colorMode ? CONTROLS_AND_COLORS : CONTROLS;
  const textStream = (defaultLevel: LevelMethod) =>
    new TextStream((text) =>
      target[currentLevel ?? defaultLevel](prefixLines(text.replace(unsafePattern, escapeUnsafe))),
    );
  const stdout = textStream('log');
  const stderr = textStream('error');

  const consoleOf = (scope: RequestScope): Methods => {
    let found = consoles.get(scope);
    if (found === undefined) {
      found = new TextConsole({ stdout, stderr, colorMode, ignoreErrors: false }) as unknown as Methods;
      consoles.set(scope, found);
    }
    return found;
  };

  const print = (scope: RequestScope, method: PrintingMethod, args: unknown[]) => {
    const outerLevel = currentLevel;
    currentLevel = isLevelMethod(method) ? method : undefined;
    try {
      consoleOf(scope)[method](...(colorMode ? args.map(withoutControls) : args));
    } finally {
      currentLevel = outerLevel;
    }
  };

  const scoped: Console & Methods = Object.create(target);
  for (const method of printingMethods) {
    scoped[method] = (...args: unknown[]) => {
      const scope = tryGetRequestScope();
      if (scope === undefined) targetMethods[method](...args);
      else print(scope, method, args);
    };
  }
  // The stack must begin at the caller, not in this file.
  scoped.trace = (...args: unknown[]) => {
    const scope = tryGetRequestScope();
    const trace = { name: 'Trace', message: format(...args), stack: '' };
    Error.captureStackTrace(trace, scoped.trace);
    if (scope === undefined) targetMethods.error(trace.stack);
    else print(scope, 'error', [trace.stack]);
  };
  return scoped;
}

/** Passes on synchronously what a console writes. */
class TextStream extends Writable {
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void) {
    super();
    this.#print = print;
  }

  override write(text: string): boolean {
    this.#print(text.endsWith('\n') ? text.slice(0, -1) : text);
    return true;
  }
}

function isLevelMethod(method: PrintingMethod): method is LevelMethod {
  return (levelMethods as readonly string[]).includes(method);
}

/** All control characters except for tabs and line ends. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;

/**
 * Matches the same characters and, as a whole, the escape sequences that color values: bold, italic, underlined and the
 * foreground colors.
 */
const CONTROLS_AND_COLORS = new RegExp(`\\x1b\\[(?:[134]|2[234]|3[1-79]|9[0-7])m|${CONTROLS.source}`, 'gu');

/** Escapes a control character. A longer match is a color, which stays. */
function escapeUnsafe(match: string): string {
  return match.length > 1 ? match : `\\x${match.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function withoutControls(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(CONTROLS, escapeUnsafe) : value;
}

function prefixLines(text: string): string {
  const { requestId = '', ...others } = logFields();
  const fields = Object.entries(others).map(([name, value]) => ` ${quoteIfNeeded(name)}=${quoteIfNeeded(value)}`);
  const prefix = `[${quoteIfNeeded(requestId)}${fields.join('')}] `;
  return prefix + text.replace(/\r\n|[\n\r\u2028\u2029]/g, (lineEnd) => lineEnd + prefix);
}

/**
 * Quotes a text as JSON does, unless it is unambiguous without quotes: what a client has sent must not end the prefix.
 */
function quoteIfNeeded(value: string | number | boolean): string {
  const text = String(value);
  if (/^[\w.:@/+=%?&~,-]+$/.test(text)) return text;
  // JSON.stringify() leaves these characters as they are.
  return JSON.stringify(text).replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (match) => `\\u${match.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
