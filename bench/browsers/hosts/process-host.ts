/** The host in a process of Node: takes the sample that its arguments ask for, and prints the answer as one line of JSON. */
import type { SampleAnswer } from '../../suite/environment.js';
import type { Subject } from '../../suite/subject.js';
import { takeSample } from '../browser-sample.js';

export async function answerHere(subject: Subject): Promise<void> {
  const answer: SampleAnswer = {
    ...(await takeSample(subject, process.argv.slice(2))),
    version: process.versions.node,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
}
