/** Spans that a logger without a network traces. */
import { _exportsForTestingOnly, currentSpan, initLogger, traced, wrapTraced } from 'braintrust';
import { pause, runFlows } from './checks.js';

await _exportsForTestingOnly.simulateLoginForTests();
const background = _exportsForTestingOnly.useTestBackgroundLogger();
initLogger({ projectName: 'flows', projectId: 'flows' });

const inner = wrapTraced(
  async (flow) => {
    await pause();
    currentSpan().log({ metadata: { inner: flow } });
    return currentSpan();
  },
  { name: 'inner' },
);

runFlows(async (flow, check) => {
  await traced(
    async (span) => {
      await pause();
      check('current span', currentSpan().id, span.id);
      const child = await inner(flow);
      check('parent of a span', child.spanParents[0], span.spanId);
      check('root of a span', child.rootSpanId, span.rootSpanId);
      await pause();
      check('current span after a function', currentSpan().id, span.id);
    },
    { name: flow },
  );
});
await background.drain();
