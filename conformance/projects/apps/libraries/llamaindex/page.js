/** Settings of flows, and a workflow that all flows run. */
import { Settings } from '@llamaindex/core/global';
import { AsyncLocalStorage } from '@llamaindex/env';
import { createWorkflow, getContext, workflowEvent } from '@llamaindex/workflow-core';
import { pause, runFlows } from './checks.js';

const startEvent = workflowEvent();
const partEvent = workflowEvent();
const stopEvent = workflowEvent();

const workflow = createWorkflow();
workflow.handle([startEvent], async (context, { data }) => {
  await pause();
  context.sendEvent(partEvent.with(data));
  return stopEvent.with({ flow: data, isSame: getContext() === context });
});
workflow.handle([partEvent], async (context, { data }) => {
  await pause();
  await pause();
  return stopEvent.with({ flow: data, isSame: getContext() === context });
});

const storage = new AsyncLocalStorage();

runFlows(async (flow, check) => {
  await Settings.withLLM({ name: flow }, async () => {
    await pause();
    check('Settings.llm', Settings.llm.name, flow);
    await Settings.withChunkSize(flow.length, async () => {
      await pause();
      check('Settings.llm, nested', Settings.llm.name, flow);
      check('Settings.chunkSize', Settings.chunkSize, flow.length);
    });
  });
  await storage.run(flow, async () => {
    await pause();
    check('storage of @llamaindex/env', storage.getStore(), flow);
  });
  const { stream, sendEvent } = workflow.createContext();
  sendEvent(startEvent.with(flow));
  const results = [];
  for await (const event of stream) {
    if (stopEvent.include(event)) results.push(event.data);
    if (results.length === 2) break;
  }
  for (const { flow: actual, isSame } of results) {
    check('event of a workflow', actual, flow);
    check('getContext()', isSame, true);
  }
});
