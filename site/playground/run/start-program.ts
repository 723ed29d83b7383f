/**
 * Runs a program in the worker, and reports to the page what happens in it. The worker belongs to an iframe without an
 * origin, so it cannot reach the site. To stop the program, the page ends the worker.
 */
import { collectFindings, type Finding, type FlowEvent, observeFlows } from '@throughline/doctor/page';
import { PROGRAM_URL } from '../program-url.js';
import { formatOutput, formatValue } from './format-value.js';
import type { CodePosition, OutputLevel, ProgramMessage, RunMessage, ShownFinding } from './messages.js';
import { observedValue } from './observed-values.js';

const BEAT_MS = 200;
/** How often the doctor looks, if something was read. */
const LOOK_MS = 500;
/** A program that prints or reads in an endless loop must not fill the memory of the page. */
const MAXIMUM_OUTPUTS = 1000;
const MAXIMUM_EVENTS = 5000;

const LEVELS: readonly OutputLevel[] = ['log', 'info', 'debug', 'warn', 'error'];

// The program may replace them.
const { setInterval, performance, console } = globalThis;

/** @param modules what a program can import, by the specifier */
export function startProgram(modules: Readonly<Record<string, object>>): void {
  addEventListener('message', ({ ports: [port] }) => {
    if (port !== undefined) connect(port, modules);
  });
}

function connect(port: MessagePort, modules: Readonly<Record<string, object>>): void {
  const post = (message: ProgramMessage) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<RunMessage>) => runProgram(data, post);
  post({
    type: 'ready',
    urls: Object.fromEntries(Object.entries(modules).map(([name, module]) => [name, urlOf(name, module)])),
  });
}

/** Returns the URL of a module that exports what this bundle contains: a worker has no import maps. */
function urlOf(name: string, module: object): string {
  const key = `throughline playground ${name}`;
  Object.defineProperty(globalThis, Symbol.for(key), { value: module });
  const lines = [`const module = globalThis[Symbol.for(${JSON.stringify(key)})];`];
  for (const exported of Object.keys(module)) {
    lines.push(
      exported === 'default' ? 'export default module.default;' : `export const ${exported} = module.${exported};`,
    );
  }
  return createModule(lines.join('\n'));
}

function createModule(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

function runProgram({ code }: RunMessage, post: (message: ProgramMessage) => void): void {
  const start = performance.now();
  const url = createModule(code);
  let hasActivity = true;
  observe(url, start, (message) => {
    hasActivity = true;
    post(message);
  });
  replaceConsole(post);
  reportFailures(url, post);
  setInterval(() => post({ type: 'beat' }), BEAT_MS);
  let shown = '[]';
  setInterval(async () => {
    if (!hasActivity) return;
    hasActivity = false;
    try {
      const findings = (await collectFindings()).map(describeFinding);
      const text = JSON.stringify(findings);
      if (text === shown) return;
      shown = text;
      post({ type: 'findings', findings });
    } catch (error) {
      console.error(error);
    }
  }, LOOK_MS);
  import(/* @vite-ignore */ url).then(
    () => post({ type: 'evaluated' }),
    (error: unknown) => {
      post(describeFailure(error, url));
      post({ type: 'evaluated' });
    },
  );
}

function observe(url: string, start: number, post: (message: ProgramMessage) => void): void {
  let count = 0;
  observeFlows(({ type, flow, storage, value, expected, position }: FlowEvent) => {
    count++;
    if (count === MAXIMUM_EVENTS)
      post({ type: 'output', level: 'warn', text: 'Further flows and reads are not shown.' });
    if (count >= MAXIMUM_EVENTS) return;
    const seen = observedValue(value);
    post({
      type,
      flow,
      storage,
      value: typeof seen === 'string' ? formatOutput([seen]) : formatValue(seen),
      isWrong: type === 'read' && expected !== undefined && !Object.is(seen, expected),
      position: position?.url === url ? { line: position.line, column: position.column } : undefined,
      time: performance.now() - start,
    });
  });
}

function replaceConsole(post: (message: ProgramMessage) => void): void {
  let count = 0;
  const print = (level: OutputLevel, text: string) => {
    count++;
    if (count > MAXIMUM_OUTPUTS) return;
    post({ type: 'output', level, text });
    if (count === MAXIMUM_OUTPUTS) post({ type: 'output', level: 'warn', text: 'Further output is not shown.' });
  };
  const replaced = Object.fromEntries(
    LEVELS.map((level) => [level, (...values: unknown[]) => print(level, formatOutput(values))]),
  );
  // The doctor goes on printing to the console of the browser.
  globalThis.console = { ...console, ...replaced };
}

function reportFailures(url: string, post: (message: ProgramMessage) => void): void {
  addEventListener('error', (event) => {
    event.preventDefault();
    const { error, message, lineno, colno, filename } = event;
    const position = filename === url && lineno > 0 ? { line: lineno, column: colno } : undefined;
    post(error instanceof Error ? describeFailure(error, url, position) : { type: 'failure', text: message, position });
  });
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    const failure = describeFailure(event.reason, url);
    post({ ...failure, text: `Unhandled rejection: ${failure.text}` });
  });
}

function describeFailure(error: unknown, url: string, position = positionOf(error, url)) {
  return { type: 'failure', text: formatOutput([error]), position } as const;
}

/** Finds the innermost frame of the program in the text of a stack. */
function positionOf(error: unknown, url: string): CodePosition | undefined {
  const stack = error instanceof Error ? String(error.stack) : '';
  const at = stack.indexOf(url);
  const [, line, column] = /^:(\d+):(\d+)/.exec(at < 0 ? '' : stack.slice(at + url.length)) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function describeFinding({ kind, severity, message, count, places, remedy }: Finding): ShownFinding {
  return {
    kind,
    severity,
    message,
    count,
    places: places.filter(({ file }) => file === PROGRAM_URL).map(({ line, column, note }) => ({ line, column, note })),
    remedy: { text: remedy.text, code: remedy.code },
  };
}
