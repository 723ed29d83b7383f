/** Runs the program that the address names, or waits for the scripts of a page, and collects the findings. */
import { collectFindings, observeFlows } from '@throughline/doctor/page';

/** What the flows of the program have done, without the numbers of the flows. */
globalThis.flowEvents = [];
observeFlows(({ type, flow, storage, value, expected, position }) => {
  const { id } = value ?? {};
  globalThis.flowEvents.push({ type, flow, storage, id, expected: expected?.id, hasPosition: position !== undefined });
});

const program = new URL(location.href).searchParams.get('program');

globalThis.findings = async (options) => {
  await globalThis.finished;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return collectFindings(options);
};
if (program !== null) globalThis.finished = import(/* @vite-ignore */ program).then((module) => module.default);
