/**
 * One sample, in a process of its own because async hooks cannot be undone: `sample.js <subject> <workload> <k> <pace>`
 * prints one line of JSON. `sample.js <subject>` only tries whether the subject works on this runtime.
 */
import { PACE_NAMES, PACES } from './pace.js';
import { loadSubject, SUBJECTS } from './subjects/subject.js';
import { checkFollows } from './workloads/follow.js';
import { WORKLOAD_NAMES, WORKLOADS } from './workloads/index.js';
import { LostValue } from './workloads/workload.js';

export type SampleAnswer = { figure: number; version: string } | { lost: string; version: string };

async function sample(args: readonly string[]): Promise<number> {
  const subject = await loadSubject(known(args[0], SUBJECTS));
  if (args.length === 1) {
    await checkFollows(subject);
    return 0;
  }
  const { workload } = WORKLOADS[known(args[1], WORKLOAD_NAMES)];
  return workload(subject, Number(args[2]), PACES[known(args[3], PACE_NAMES)]);
}

function known<Name extends string>(name: string | undefined, names: readonly Name[]): Name {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) throw new Error(`${name} is none of ${names.join(', ')}`);
  return found;
}

/** Bun and Deno also say which Node they take after, which is not what is asked here. */
function runtimeVersion(): string {
  const { bun, deno, node } = process.versions;
  return bun ?? deno ?? node;
}

const version = runtimeVersion();
let answer: SampleAnswer;
try {
  answer = { figure: await sample(process.argv.slice(2)), version };
} catch (error) {
  if (!(error instanceof LostValue)) throw error;
  answer = { lost: error.message, version };
}
process.stdout.write(`${JSON.stringify(answer)}\n`);
