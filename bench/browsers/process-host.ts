/**
 * The host of a sample in a Node process. It takes the sample that the process's arguments describe, and prints the
 * outcome as one line of JSON.
 */
import type { SampleOutcome } from '../suite/environment.js';
import type { Subject } from '../suite/subject.js';
import { takeSample } from './browser-sample.js';

export async function reportSample(subject: Subject): Promise<void> {
  const outcome: SampleOutcome = {
    ...(await takeSample(subject, process.argv.slice(2))),
    version: process.versions.node,
  };
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
}
