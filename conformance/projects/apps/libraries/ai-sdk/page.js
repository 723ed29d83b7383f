/** Streamed texts, tools and telemetry, with a model whose responses are scripted. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ThroughlineContextManager } from '@throughline/opentelemetry';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { pause, runFlows } from './checks.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new ThroughlineContextManager());

const storage = new AsyncLocalStorage();

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const finish = (unified) => ({ type: 'finish', finishReason: { unified, raw: unified }, usage: USAGE });
const CALL = { type: 'tool-call', toolCallId: 'call', toolName: 'lookUp', input: '{"city":"Oslo"}' };

/** Calls a tool first, and then writes what it reads. */
const createModel = (check, flow) => ({
  specificationVersion: 'v3',
  provider: 'script',
  modelId: 'script',
  supportedUrls: {},
  async doGenerate({ prompt }) {
    await pause();
    check('doGenerate()', storage.getStore(), flow);
    const isSecond = prompt.some(({ role }) => role === 'tool');
    const { finishReason } = finish(isSecond ? 'stop' : 'tool-calls');
    const content = isSecond ? { type: 'text', text: String(storage.getStore()) } : CALL;
    return { content: [content], finishReason, usage: USAGE, warnings: [] };
  },
  async doStream({ prompt }) {
    await pause();
    check('doStream()', storage.getStore(), flow);
    const isSecond = prompt.some(({ role }) => role === 'tool');
    const parts = isSecond
      ? [
          { type: 'text-start', id: 'text' },
          { type: 'text-delta', id: 'text', delta: 'written in ' },
          { type: 'text-delta', id: 'text', delta: flow },
          { type: 'text-end', id: 'text' },
          finish('stop'),
        ]
      : [CALL, finish('tool-calls')];
    const stream = new ReadableStream({
      async pull(controller) {
        await pause();
        check('pull() of the model', storage.getStore(), flow);
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    });
    return { stream };
  },
});

const createOptions = (check, flow) => ({
  model: createModel(check, flow),
  prompt: 'Go',
  stopWhen: stepCountIs(3),
  experimental_telemetry: { isEnabled: true, functionId: flow },
  tools: {
    lookUp: tool({
      description: 'Looks something up',
      inputSchema: z.object({ city: z.string() }),
      async execute() {
        await pause();
        check('tool', storage.getStore(), flow);
        check('span of a tool', trace.getActiveSpan()?.name, 'ai.toolCall');
        return 'found';
      },
    }),
  },
  onStepFinish: () => check('onStepFinish()', storage.getStore(), flow),
});

runFlows((flow, check) =>
  storage.run(flow, () =>
    trace.getTracer('flows').startActiveSpan(flow, async (span) => {
      const { text } = await generateText(createOptions(check, flow));
      check('generated text', text, flow);

      const result = streamText({
        ...createOptions(check, flow),
        onChunk: () => check('onChunk()', storage.getStore(), flow),
        onFinish: () => check('onFinish()', storage.getStore(), flow),
      });
      for await (const _ of result.textStream) check('loop over the stream', storage.getStore(), flow);
      check('streamed text', await result.text, `written in ${flow}`);
      span.end();

      const { traceId } = span.spanContext();
      const names = exporter.getFinishedSpans().filter((finished) => finished.spanContext().traceId === traceId);
      check('number of spans', names.length, 9);
    }),
  ),
);
