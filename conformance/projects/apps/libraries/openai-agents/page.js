/** Agents with a model whose responses are scripted, in traces that overlap. */
import {
  Agent,
  createCustomSpan,
  getCurrentSpan,
  getCurrentTrace,
  handoff,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
  tool,
  Usage,
  withCustomSpan,
  withTrace,
} from '@openai/agents';
import { z } from 'zod';
import { pause, runFlows } from './checks.js';

/** The spans that have ended, by the name of their trace. */
const spans = new Map();
const traces = new Map();
// In a page, tracing is off by default.
setTracingDisabled(false);
setTraceProcessors([
  {
    async onTraceStart(trace) {
      traces.set(trace.traceId, trace.name);
    },
    async onTraceEnd() {},
    async onSpanStart() {},
    async onSpanEnd({ traceId, spanData }) {
      const name = traces.get(traceId);
      spans.set(name, [...(spans.get(name) ?? []), `${spanData.type} ${spanData.name ?? ''}`.trim()]);
    },
    async shutdown() {},
    async forceFlush() {},
  },
]);

const message = (text) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});
const call = (name, args) => ({
  type: 'function_call',
  callId: `call ${name}`,
  name,
  status: 'completed',
  arguments: JSON.stringify(args),
});

const traceName = () => getCurrentTrace()?.name;

/** Responds with one tool, then with a hand-off, then with the name of the trace. */
class ScriptedModel {
  async getResponse({ input }) {
    await pause();
    const done = new Set(input.filter?.(({ type }) => type === 'function_call').map(({ name }) => name));
    const output = !done.has('lookUp')
      ? call('lookUp', { city: 'Oslo' })
      : !done.has('transfer_to_Writer')
        ? call('transfer_to_Writer', {})
        : message(`written in ${traceName()}`);
    return { usage: new Usage(), output: [output] };
  }

  async *getStreamedResponse(request) {
    const { usage, output } = await this.getResponse(request);
    await pause();
    yield { type: 'response_done', response: { id: 'response', usage, output } };
  }
}

const readings = new Map();
const lookUp = tool({
  name: 'lookUp',
  description: 'Looks something up',
  parameters: z.object({ city: z.string() }),
  async execute(_, runContext) {
    await pause();
    const span = getCurrentSpan()?.spanData;
    await withCustomSpan(
      async () => {
        await pause();
        readings.get(runContext.context).push(['custom span', getCurrentSpan()?.spanData.name, runContext.context]);
      },
      { data: { name: runContext.context } },
    );
    readings
      .get(runContext.context)
      .push(['tool', traceName(), runContext.context], ['span of a tool', span?.name, 'lookUp']);
    return 'found';
  },
});

const model = new ScriptedModel();
const writer = new Agent({ name: 'Writer', instructions: 'Write', model });
const planner = new Agent({
  name: 'Planner',
  instructions: 'Plan',
  model,
  tools: [lookUp],
  handoffs: [
    handoff(writer, {
      async onHandoff({ context }) {
        await pause();
        readings.get(context).push(['hand-off', traceName(), context]);
      },
    }),
  ],
});
const runner = new Runner({ tracingDisabled: false, traceIncludeSensitiveData: false });

runFlows(async (flow, check) => {
  for (const stream of [false, true]) {
    const name = `${flow}${stream ? ' streamed' : ''}`;
    readings.set(name, []);
    await withTrace(name, async () => {
      await pause();
      check('trace', traceName(), name);
      const result = await runner.run(planner, 'Go', { context: name, stream });
      if (stream) {
        for await (const _ of result) await pause();
        await result.completed;
      }
      check('trace after the run', traceName(), name);
      check('output', result.finalOutput, `written in ${name}`);
      const span = createCustomSpan({ data: { name } });
      check('span that is created', traces.get(span.traceId), name);
    });
    check('number of readings', readings.get(name).length, 4);
    for (const [what, actual, expected] of readings.get(name)) check(what, actual, expected);
    const expected = ['agent Planner', 'agent Writer', `custom ${name}`, 'function lookUp', 'handoff'];
    const ended = new Set(spans.get(name));
    for (const span of expected) check(`${span} in its trace`, ended.has(span), true);
  }
});
