/**
 * What one click starts: async functions, each in its own span.
 * No function receives the span of its caller.
 */
import type { Tracer } from '@opentelemetry/api';

export class Checkout {
  constructor(
    private readonly tracer: Tracer,
    private readonly pause: () => Promise<void>,
  ) {}

  run(): Promise<void> {
    return this.inSpan('checkout', async () => {
      await this.loadCart();
      await this.price();
      for await (const item of this.items()) {
        await this.inSpan(`reserve ${item}`, this.pause);
      }
      await this.pay();
    });
  }

  private loadCart(): Promise<string> {
    return this.inSpan('load cart', async () => {
      await this.pause();
      const response = await fetch(location.href);
      return response.text();
    });
  }

  private price(): Promise<void> {
    return this.inSpan('price', async () => {
      await this.pause();
      await Promise.all([this.inSpan('discount', this.pause), this.inSpan('tax', this.pause)]);
    });
  }

  private async *items(): AsyncGenerator<string> {
    for (const item of ['book', 'pen']) {
      await this.pause();
      yield item;
    }
  }

  private pay(): Promise<void> {
    return this.inSpan('pay', async () => {
      try {
        await this.inSpan('charge card', async () => {
          await this.pause();
          throw new Error('try again');
        });
      } catch {
        await this.inSpan('charge card', this.pause);
      }
    });
  }

  /** The span is active until the promise of `work` settles. */
  private inSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.tracer.startActiveSpan(name, async (span) => {
      try {
        return await work();
      } finally {
        span.end();
      }
    });
  }
}
