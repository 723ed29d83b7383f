/**
 * In place of runtime/capture-frames.ts in a page: reads the text of a stack trace, which each browser formats in its own
 * way.
 *
 *     Chromium    at async Cart.load (http://localhost/cart.js:3:5)    "async" marks the functions that await
 *     Firefox     async*load@http://localhost/cart.js:3:5              all frames from this one on ran earlier
 *     WebKit      load@http://localhost/cart.js:3:5
 *
 * Firefox records asynchronous frames only while its developer tools are open.
 */
import type { Frame } from '../runtime/stack-frame.js';

/**
 * The functions of the doctor that user code calls. Their names are the only sign that all browsers and all kinds of
 * bundles show: what is above the first of them belongs to the doctor.
 */
const ENTRIES =
  /^(?:__td\w+|getStore|get|run|exit|enterWith|withScope|dispose|setTimeout|setInterval|queueMicrotask|requestAnimationFrame|requestIdleCallback|addEventListener)$/;
/** At most this many frames of the doctor are on top of a stack. */
const OWN_FRAMES = 10;

/** Whether the browser records the functions that await: Firefox begins to do so when its developer tools are opened. */
export let recordsAwaits = false;

const awaited = async () => {
  await null;
  parseStack(new Error().stack ?? '');
};
void (async () => {
  await awaited();
})();

/** A stack that was captured. The text of a trace cannot be captured without describing its frames. */
export interface CapturedStack {
  readonly frames: readonly Frame[];
}

export function capture(_caller: unknown, limit: number): CapturedStack {
  try {
    return { frames: captureFrames(limit) };
  } catch {
    // The class Error is frozen: there are no stacks.
    return { frames: [] };
  }
}

export function describe({ frames }: CapturedStack): readonly Frame[] {
  return frames;
}

/** Returns the frames of the code that called the doctor, the innermost first. */
export function captureFrames(limit: number): Frame[] {
  const { stackTraceLimit } = Error;
  const { prepareStackTrace } = Error;
  let text: string | undefined;
  try {
    // Only V8 has this limit.
    if (stackTraceLimit !== undefined) Error.stackTraceLimit = limit + OWN_FRAMES;
    // A library may have replaced the format.
    if (prepareStackTrace !== undefined) Reflect.set(Error, 'prepareStackTrace', undefined);
    text = new Error().stack;
  } finally {
    if (stackTraceLimit !== undefined) Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
  }
  const frames = parseStack(text ?? '');
  const own = frames.findIndex(({ name }) => name !== undefined && ENTRIES.test(name.replace(/^.*\./, '')));
  return frames.slice(own + 1, own + 1 + limit);
}

/** Returns the frames of a stack trace, in the format of any browser. */
export function parseStack(text: string): Frame[] {
  const lines = text.split('\n');
  const frames = /^\s+at /m.test(text) ? lines.flatMap((line) => parseV8(line) ?? []) : parseOther(lines);
  recordsAwaits ||= frames.some(({ isAsync }) => isAsync);
  return frames;
}

function parseV8(line: string): Frame | undefined {
  const [, async, call = ''] = /^\s+at (async )?(.*)$/.exec(line) ?? [];
  if (call === '') return undefined;
  const [, name, inner] = /^(?:new )?(.*?)(?: \[as [^\]]*\])? \((.*)\)$/.exec(call) ?? [];
  return { ...placeIn(inner ?? call), isAsync: async !== undefined, ...(name !== undefined && { name }) };
}

function parseOther(lines: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  let isAsync = false;
  for (const line of lines) {
    const at = line.indexOf('@');
    if (at < 0) continue;
    const title = line.slice(0, at);
    const name = title.slice(title.lastIndexOf('*') + 1);
    const isFirstAsync: boolean = !isAsync && title.includes('*');
    isAsync ||= isFirstAsync;
    // The frame where the function itself was suspended.
    if (isFirstAsync && title.startsWith('async*') && frames.at(-1)?.name === name) continue;
    frames.push({ ...placeIn(line.slice(at + 1)), isAsync, ...(name !== '' && { name }) });
  }
  return frames;
}

/** Code of `eval`, of extensions and of the browser has no file. */
function placeIn(text: string): Pick<Frame, 'file' | 'line' | 'column'> {
  const [, file, line, column] = /^(\S+):(\d+):(\d+)$/.exec(text) ?? [];
  const isFile = file !== undefined && /^(?:https?|file|blob|webpack-internal|webpack|turbopack):/.test(file);
  return { file: isFile ? file : undefined, line: Number(line ?? 0), column: Number(column ?? 0) };
}
