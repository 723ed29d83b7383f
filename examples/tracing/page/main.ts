/** The page: two users who check out, and where each of their spans hangs. Nothing here knows of Throughline. */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { TracedShop } from './traced-shop.js';
import { startTracing } from './tracing.js';
import { Waterfall } from './waterfall.js';

/** As many as a user's column shows. */
const SHOWN = 2;

const counts = { orders: 0, spans: 0, lost: 0 };
const spans = new Map<string, ReadableSpan>();
const waterfalls = new Map<number, Waterfall>();

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

function say(text: string): void {
  element('status').textContent = text;
}

function started(span: ReadableSpan): void {
  spans.set(span.spanContext().spanId, span);
  const parent = spans.get(span.parentSpanContext?.spanId ?? '');
  const isOwn = parent?.attributes.order === span.attributes.order;
  counts.spans++;
  if (!isOwn && span.name !== 'checkout') counts.lost++;
  waterfalls.get(Number(span.attributes.order))?.add(span, isOwn ? parent : undefined);
  showCounts();
}

function ended(span: ReadableSpan): void {
  waterfalls.get(Number(span.attributes.order))?.draw();
}

function showCounts(): void {
  for (const [name, count] of Object.entries(counts)) element(name).textContent = count.toLocaleString('en');
  element('lost').className = counts.lost === 0 ? 'good' : 'bad';
}

async function checkout(user: number, shop: TracedShop): Promise<void> {
  const order = ++counts.orders;
  const waterfall = new Waterfall();
  waterfalls.set(order, waterfall);
  const column = element(`user-${user}`);
  column.prepend(waterfall.element);
  for (const old of [...column.children].slice(SHOWN)) old.remove();
  try {
    await shop.checkout(order);
    waterfall.element.classList.add('done');
  } catch (error) {
    say(`Order ${order} failed: ${error}. Is npm start still running?`);
  }
}

try {
  const shop = new TracedShop(startTracing({ started, ended }).getTracer('shop'));
  for (const user of [1, 2]) {
    element(`click-${user}`).addEventListener('click', () => checkout(user, shop));
    checkout(user, shop);
  }
} catch (error) {
  say(`Tracing does not start here: ${error}`);
}
