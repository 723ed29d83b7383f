// Builds the pages of the browser examples, which the example server serves.
import { longStep } from './long-step.mjs';

await longStep(
  { doing: 'Building the pages of the examples', done: () => 'Built the pages of the examples' },
  async () => {
    await import('../examples/browser/dist/build.js');
    await import('../examples/tracing/dist/build.js');
  },
);
