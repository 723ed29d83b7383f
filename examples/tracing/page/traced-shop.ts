/**
 * The work that a click starts: async functions, each in its own span. No function receives its parent span; the tracer
 * reads the current span. The order number is passed along only so that the page can check which order each span really
 * belongs to.
 */
import type { Tracer } from '@opentelemetry/api';

export class TracedShop {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  checkout(order: number): Promise<void> {
    return this.#runInSpan('checkout', order, async () => {
      await this.#loadCart(order);
      await this.#price(order);
      for await (const item of this.#items()) await this.#runInSpan(`reserve ${item}`, order, pause);
      await this.#pay(order);
    });
  }

  #loadCart(order: number): Promise<string> {
    return this.#runInSpan('load cart', order, async () => {
      await pause();
      const response = await fetch(location.href);
      return response.text();
    });
  }

  #price(order: number): Promise<void> {
    return this.#runInSpan('price', order, async () => {
      await pause();
      await Promise.all([this.#runInSpan('discount', order, pause), this.#runInSpan('tax', order, pause)]);
    });
  }

  async *#items(): AsyncGenerator<string> {
    for (const item of ['book', 'pen']) {
      await pause();
      yield item;
    }
  }

  #pay(order: number): Promise<void> {
    return this.#runInSpan('pay', order, async () => {
      try {
        await this.#runInSpan('charge card', order, () => pause().then(() => Promise.reject(new Error('try again'))));
      } catch {
        await this.#runInSpan('charge card', order, pause);
      }
    });
  }

  /** Runs `work` in a new span, which is current until the promise of `work` settles. */
  #runInSpan<T>(name: string, order: number, work: () => Promise<T>): Promise<T> {
    return this.#tracer.startActiveSpan(name, { attributes: { order } }, async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 80 + Math.random() * 240));
}
