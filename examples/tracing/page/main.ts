/**
 * The page: two users check out, and each of their spans is shown under its parent. Nothing here imports Throughline.
 */
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { TracedShop } from './traced-shop.js';
import { startTracing } from './tracing.js';
import { Waterfall } from './waterfall.js';

/** The number of orders that the column of a user shows. */
const ORDERS_PER_COLUMN = 2;

const counts = { orders: 0, spans: 0, lost: 0 };
const spans = new Map<string, ReadableSpan>();
const waterfalls = new Map<number, Waterfall>();

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element #${id}.`);
  return found;
}

function showStatus(text: string): void {
  element('status').textContent = text;
}

function onSpanStart(span: ReadableSpan): void {
  spans.set(span.spanContext().spanId, span);
  const parent = spans.get(span.parentSpanContext?.spanId ?? '');
  const isSameOrder = parent?.attributes.order === span.attributes.order;
  counts.spans++;
  if (!isSameOrder && span.name !== 'checkout') counts.lost++;
  waterfalls.get(Number(span.attributes.order))?.add(span, isSameOrder ? parent : undefined);
  showCounts();
}

function onSpanEnd(span: ReadableSpan): void {
  waterfalls.get(Number(span.attributes.order))?.draw();
}

function showCounts(): void {
  for (const [name, count] of Object.entries(counts)) element(name).textContent = count.toLocaleString('en');
  element('lost').className = counts.lost === 0 ? 'good' : 'bad';
}

/** Never rejects: the page shows the error of an order that fails. */
async function checkout(user: number, shop: TracedShop): Promise<void> {
  const order = ++counts.orders;
  try {
    const waterfall = new Waterfall();
    waterfalls.set(order, waterfall);
    const column = element(`user-${user}-orders`);
    column.prepend(waterfall.element);
    for (const oldOrder of [...column.children].slice(ORDERS_PER_COLUMN)) oldOrder.remove();
    await shop.checkout(order);
    waterfall.element.classList.add('done');
    showStatus('');
  } catch (error) {
    showStatus(`Order ${order} failed: ${error}. Check that npm start is running.`);
  }
}

try {
  const shop = new TracedShop(startTracing({ onSpanStart, onSpanEnd }).getTracer('shop'));
  for (const user of [1, 2]) {
    const onClick = () => void checkout(user, shop);
    element(`click-${user}`).addEventListener('click', onClick);
    onClick();
  }
} catch (error) {
  document.documentElement.classList.add('failed');
  showStatus(`Tracing does not start here: ${error}`);
}
