/**
 * A console whose lines begin with the request that wrote them.
 *
 * Each request has a console of its own behind it, which makes the text; so the indentation by `group`, the numbers of
 * `count` and the timers of `time` are the request's, and requests that run at once don't disturb each other's. Every line
 * of the text gets the request's prefix, so a value with a line break in it cannot pass for a line of another request, and
 * no control character reaches a terminal, which might go back to a line above. Where values are coloured, the colours stay:
 * there the message of an error may bring a colour, though not a text that is printed itself.
 */
import { Console as TextConsole } from 'node:console';
import { Writable } from 'node:stream';
import { format } from 'node:util';
import { type RequestScope, tryGetRequestScope } from '../scope/request-scope.js';
import { logFields } from './log-fields.js';

const outputs = ['debug', 'error', 'info', 'log', 'warn'] as const;

const printing = [
  ...outputs,
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

type Output = (typeof outputs)[number];
type Printing = (typeof printing)[number];
type Methods = Record<Printing | 'trace', (...args: unknown[]) => void>;

/**
 * A console that prints on another one, and in a request begins each line with `[<request id> name=value ...] `: what
 * `logFields()` says. Outside of a request it is that other console. What does not print, such as `clear`, is that one's.
 * @param target where the lines go, by its `log`, `info`, `debug`, `warn` and `error`; the global console, if nothing is given
 * @example
 * const log = scopedConsole();
 * log.info('%d items', cart.length); // [0f8c... method=GET path=/cart] 3 items
 */
export function scopedConsole(target: Console = globalThis.console): Console {
  // The types of a console's methods differ in what they take, which is handed on untouched here.
  const targetMethods = target as unknown as Methods;
  const consoles = new WeakMap<RequestScope, Methods>();
  let output: Output | undefined;

  const colorMode = target === globalThis.console && process.stdout.isTTY === true && process.stdout.hasColors();
  const unsafe = colorMode ? CONTROLS_AND_COLORS : CONTROLS;
  const lines = (usual: Output) =>
    new Lines((text) => target[output ?? usual](prefixed(text.replace(unsafe, escaped))));
  const stdout = lines('log');
  const stderr = lines('error');

  const consoleOf = (scope: RequestScope): Methods => {
    let found = consoles.get(scope);
    if (found === undefined) {
      found = new TextConsole({ stdout, stderr, colorMode, ignoreErrors: false }) as unknown as Methods;
      consoles.set(scope, found);
    }
    return found;
  };

  const print = (scope: RequestScope, name: Printing, args: unknown[]) => {
    const before = output;
    output = isOutput(name) ? name : undefined;
    try {
      consoleOf(scope)[name](...(colorMode ? args.map(withoutControls) : args));
    } finally {
      output = before;
    }
  };

  const scoped: Console & Methods = Object.create(target);
  for (const name of printing) {
    scoped[name] = (...args: unknown[]) => {
      const scope = tryGetRequestScope();
      if (scope === undefined) targetMethods[name](...args);
      else print(scope, name, args);
    };
  }
  // The stack begins where the caller is, not in here.
  scoped.trace = (...args: unknown[]) => {
    const scope = tryGetRequestScope();
    const trace = { name: 'Trace', message: format(...args), stack: '' };
    Error.captureStackTrace(trace, scoped.trace);
    if (scope === undefined) targetMethods.error(trace.stack);
    else print(scope, 'error', [trace.stack]);
  };
  return scoped;
}

/** Hands on what a console writes, at once. */
class Lines extends Writable {
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

function isOutput(name: Printing): name is Output {
  return (outputs as readonly string[]).includes(name);
}

/** All but tabs and line ends. */
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;

/** Also, as a whole, what values are coloured with: bold, italic, underlined, and the colours of the letters. */
const CONTROLS_AND_COLORS = new RegExp(`\\x1b\\[(?:[134]|2[234]|3[1-79]|9[0-7])m|${CONTROLS.source}`, 'gu');

function escaped(found: string): string {
  return found.length > 1 ? found : `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function withoutControls(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(CONTROLS, escaped) : value;
}

function prefixed(text: string): string {
  const { requestId = '', ...others } = logFields();
  const fields = Object.entries(others).map(([name, value]) => ` ${quoted(name)}=${quoted(value)}`);
  const prefix = `[${quoted(requestId)}${fields.join('')}] `;
  return prefix + text.replace(/\r\n|[\n\r\u2028\u2029]/g, (end) => end + prefix);
}

/** As it is where that is clear, else as JSON writes it: what a client has sent must not end the prefix. */
function quoted(value: string | number | boolean): string {
  const text = String(value);
  if (/^[\w.:@/+=%?&~,-]+$/.test(text)) return text;
  // What JSON leaves as it is.
  return JSON.stringify(text).replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
