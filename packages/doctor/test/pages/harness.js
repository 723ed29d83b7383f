/** Runs the program that the address names, or waits for the scripts of a page, and collects the findings. */
import { collectFindings } from '@throughline/doctor/page';

const program = new URL(location.href).searchParams.get('program');

globalThis.findings = async (options) => {
  await globalThis.finished;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return collectFindings(options);
};
if (program !== null) globalThis.finished = import(/* @vite-ignore */ program).then((module) => module.default);
