/**
 * A page that opens many spans in interleaved flows, and compares the parent of each with the span around it, which the
 * functions pass along only for this purpose. It keeps no span, so a million of them need no more memory than a few.
 *
 * `globalThis.countSpans(count)` starts, and `globalThis.counted` is the state. With `?manager=stack`, the manager is
 * OpenTelemetry's for code without asynchronous functions, which shows that wrong parents are counted.
 */
import { context, trace } from '@opentelemetry/api';
import { type ReadableSpan, StackContextManager, TracerProvider } from '@opentelemetry/sdk-trace';
import { ThroughlineContextManager } from '@throughline/opentelemetry';

const FLOWS = 200;
const DEPTH = 4;

/** What the page has counted so far. */
export interface CountedSpans {
  spans: number;
  wrongParents: number;
  readonly flows: number;
  isDone: boolean;
}

const isStack = new URLSearchParams(location.search).get('manager') === 'stack';
context.setGlobalContextManager(isStack ? new StackContextManager().enable() : new ThroughlineContextManager());
trace.setGlobalTracerProvider(new TracerProvider());
const tracer = trace.getTracer('page');

const counted: CountedSpans = { spans: 0, wrongParents: 0, flows: FLOWS, isDone: false };
let remaining = 0;

/** A promise that many flows wait for at once. It is fulfilled again and again, from outside of all flows. */
let shared: Promise<void>;

function replaceShared(): void {
  let fulfill = () => {};
  shared = new Promise<void>((resolve) => {
    fulfill = resolve;
  });
  setTimeout(() => {
    fulfill();
    if (!counted.isDone) replaceShared();
  }, 1);
}

async function* twice() {
  yield await null;
  yield new Promise((resolve) => queueMicrotask(() => resolve(null)));
}

/** The ways in which a flow waits. Each lets other flows run. */
const waits: readonly (() => unknown)[] = [
  () => null,
  () => Promise.resolve(),
  () => Promise.resolve().then(() => {}),
  () => Promise.reject(new Error('expected')).catch(() => {}),
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is awaited here
  () => ({ then: (resolve: (value: null) => void) => resolve(null) }),
  () => new Promise<void>((resolve) => queueMicrotask(resolve)),
  () => shared,
  () => Promise.all([shared, null]),
];

/** Ways that take a browser much longer, so that they are rarer. */
const slowWaits: readonly (() => unknown)[] = [
  () => new Promise((resolve) => setTimeout(resolve)),
  () => new Promise((resolve) => requestAnimationFrame(resolve)),
  () => Promise.race([new Promise((resolve) => setTimeout(resolve)), shared]),
  () => new ReadableStream({ pull: (controller) => controller.enqueue(1) }).getReader().read(),
  () => message(),
  async () => {
    for await (const _ of twice());
  },
];

function message(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<void>((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

async function wait(): Promise<void> {
  const choices = Math.random() < 0.1 ? slowWaits : waits;
  await choices[Math.floor(Math.random() * choices.length)]?.();
}

/** Opens a span and the spans below it, if the page needs more of them. */
async function open(parentId: string | undefined, depth: number): Promise<void> {
  if (remaining <= 0) return;
  remaining--;
  await tracer.startActiveSpan('span', async (span) => {
    counted.spans++;
    if ((span as unknown as ReadableSpan).parentSpanContext?.spanId !== parentId) counted.wrongParents++;
    const { spanId } = span.spanContext();
    await wait();
    if (depth < DEPTH) {
      await Promise.all([open(spanId, depth + 1), open(spanId, depth + 1)]);
      await wait();
      await open(spanId, depth + 1);
    }
    span.end();
  });
}

async function flow(): Promise<void> {
  while (remaining > 0) {
    await wait();
    await open(undefined, 0);
  }
}

function countSpans(count: number): void {
  remaining = count;
  replaceShared();
  void Promise.all(Array.from({ length: FLOWS }, flow)).then(() => {
    counted.isDone = true;
  });
}

Object.assign(globalThis, { counted, countSpans });
