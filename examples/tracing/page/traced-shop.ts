/**
 * What a click starts: async functions, each in a span of its own. None is given the span that it belongs under; the
 * tracer asks for the current one. The order is handed on, so that the page can tell whose span each really is.
 */
import type { Tracer } from '@opentelemetry/api';

export class TracedShop {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  checkout(order: number): Promise<void> {
    return this.#span('checkout', order, async () => {
      await this.#loadCart(order);
      await this.#price(order);
      for await (const item of this.#items()) await this.#span(`reserve ${item}`, order, pause);
      await this.#pay(order);
    });
  }

  #loadCart(order: number): Promise<string> {
    return this.#span('load cart', order, async () => {
      await pause();
      const response = await fetch(location.href);
      return response.text();
    });
  }

  #price(order: number): Promise<void> {
    return this.#span('price', order, async () => {
      await pause();
      await Promise.all([this.#span('discount', order, pause), this.#span('tax', order, pause)]);
    });
  }

  async *#items(): AsyncGenerator<string> {
    for (const item of ['book', 'pen']) {
      await pause();
      yield item;
    }
  }

  #pay(order: number): Promise<void> {
    return this.#span('pay', order, async () => {
      try {
        await this.#span('charge card', order, () => pause().then(() => Promise.reject(new Error('try again'))));
      } catch {
        await this.#span('charge card', order, pause);
      }
    });
  }

  /** Runs the work in a span that is current as long as the work is under way. */
  #span<T>(name: string, order: number, work: () => Promise<T>): Promise<T> {
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
