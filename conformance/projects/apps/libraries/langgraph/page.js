/** One graph and one workflow, which all flows run. No node passes a configuration on. */
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch/web';
import { AIMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  END,
  entrypoint,
  getConfig,
  getCurrentTaskInput,
  getWriter,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  task,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { pause, runFlows } from './checks.js';

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  flow: Annotation(),
  read: Annotation({ reducer: (all, added) => [...all, ...added], default: () => [] }),
});

const currentFlow = () => getConfig()?.configurable?.flow;

/** Stands for a model: it is a runnable, and calls another one. */
const inner = RunnableLambda.from(async (_, config) => {
  await pause();
  return config?.configurable?.flow;
});
const model = RunnableLambda.from(async (text) => {
  await pause();
  return inner.invoke(text);
});

const lookUp = tool(
  async ({ city }) => {
    await pause();
    return `${city} ${currentFlow()} ${getCurrentTaskInput()?.flow}`;
  },
  { name: 'lookUp', description: 'Looks something up', schema: z.object({ city: z.string() }) },
);

const subgraph = new StateGraph(State)
  .addNode('nested', async () => {
    await pause();
    getWriter()?.({ writer: currentFlow() });
    return { read: [['node of a subgraph', currentFlow()]] };
  })
  .addEdge(START, 'nested')
  .addEdge('nested', END)
  .compile();

const graph = new StateGraph(State)
  .addNode('plan', async () => {
    await pause();
    const fromModel = await model.invoke('text');
    await pause();
    await dispatchCustomEvent('progress', currentFlow(), getConfig());
    const call = { name: 'lookUp', args: { city: 'Oslo' }, id: 'call', type: 'tool_call' };
    return {
      messages: [new AIMessage({ content: '', tool_calls: [call] })],
      read: [
        ['node', currentFlow()],
        ['runnable without a configuration', fromModel],
      ],
    };
  })
  .addNode('tools', new ToolNode([lookUp]))
  .addNode('ask', async ({ flow }) => {
    await pause();
    const approval = interrupt({ flow, question: currentFlow() });
    await pause();
    return {
      read: [
        ['resumed node', currentFlow()],
        ['value that resumes', approval],
      ],
    };
  })
  .addNode('subgraph', subgraph)
  .addEdge(START, 'plan')
  .addEdge('plan', 'tools')
  .addEdge('tools', 'ask')
  .addEdge('ask', 'subgraph')
  .addEdge('subgraph', END)
  .compile({ checkpointer: new MemorySaver() });

/**
 * Babel compiles async generators to plain functions, as it does for React Native. LangGraph then takes each function
 * for a generator, and `task()` and `entrypoint()` throw.
 */
const hasAsyncGenerators = Object.getPrototypeOf(async function* () {}).constructor !== Function;

const createWorkflow = () => {
  const double = task('double', async () => {
    await pause();
    return currentFlow();
  });
  return entrypoint({ name: 'workflow', checkpointer: new MemorySaver() }, async () => {
    const [first, second] = await Promise.all([double(), double()]);
    return [first, second, currentFlow()];
  });
};
const workflow = hasAsyncGenerators ? createWorkflow() : undefined;

runFlows(async (flow, check) => {
  const events = [];
  const config = {
    configurable: { thread_id: flow, flow },
    callbacks: [{ handleCustomEvent: (name, data) => events.push(`${name} ${data}`) }],
    streamMode: ['custom', 'updates'],
    subgraphs: true,
  };
  let question;
  for await (const [, mode, update] of await graph.stream({ flow }, config)) {
    if (mode === 'updates' && update.__interrupt__) question = update.__interrupt__[0].value.question;
  }
  check('question of interrupt()', question, flow);
  check('custom event', events[0], `progress ${flow}`);
  for await (const [, mode, update] of await graph.stream(new Command({ resume: flow }), config)) {
    if (mode === 'custom') check('getWriter()', update.writer, flow);
  }
  const { values } = await graph.getState(config);
  check('tool', values.messages.at(-1).content, `Oslo ${flow} ${flow}`);
  check('number of readings', new Map(values.read).size, 5);
  for (const [what, value] of values.read) check(what, value, flow);

  if (workflow === undefined) return;
  const functional = await workflow.invoke(1, { configurable: { thread_id: `workflow ${flow}`, flow } });
  for (const value of functional) check('task() and entrypoint()', value, flow);
});
