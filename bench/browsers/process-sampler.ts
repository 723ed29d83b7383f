/** Takes samples of the portable engine in Node. Each sample is a separate process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import type { SampleOutcome, Sampler } from '../suite/environment.js';
import { sampleArguments } from './browser-sample.js';
import { bundleSubjects } from './subject-bundles.js';

export async function openProcessSampler({ name, command }: Runtime): Promise<Sampler> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-bench-'));
  const files = new Map<string, string>();
  for (const [subject, code] of Object.entries(await bundleSubjects('process'))) {
    const file = join(folder, `${subject}.mjs`);
    await writeFile(file, code);
    files.set(subject, file);
  }
  const runSample = (subject: string, args: readonly string[]) =>
    // process-host.ts prints an outcome.
    runSampleProcess([name, subject, ...args].join(' '), [
      ...command,
      files.get(subject) ?? subject,
      ...args,
    ]) as Promise<SampleOutcome>;
  return {
    check: (subject) => runSample(subject, []),
    sample: (task) => runSample(task.subject, sampleArguments(task)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
