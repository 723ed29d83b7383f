/**
 * What one click starts. Each step opens a span, and no step
 * receives the span of the step that called it.
 */
import type { Tracer } from '@opentelemetry/api';

type Work = () => Promise<void>;

export async function checkout(tracer: Tracer, pause: Work) {
  /** The span is active until the promise of `work` settles. */
  const inSpan = (name: string, work: Work): Promise<void> =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        await work();
      } finally {
        span.end();
      }
    });

  await inSpan('checkout', async () => {
    await inSpan('load cart', async () => {
      await pause();
      const response = await fetch(location.href);
      await response.text();
    });

    await inSpan('price', async () => {
      await pause();
      const discount = inSpan('discount', pause);
      const tax = inSpan('tax', pause);
      await Promise.all([discount, tax]);
    });

    for await (const item of items(pause)) {
      await inSpan(`reserve ${item}`, pause);
    }

    await inSpan('pay', async () => {
      try {
        await inSpan('charge card', async () => {
          await pause();
          throw new Error('try again');
        });
      } catch {
        await inSpan('charge card', pause);
      }
    });
  });
}

async function* items(pause: Work) {
  for (const item of ['book', 'pen']) {
    await pause();
    yield item;
  }
}
