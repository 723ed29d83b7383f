import { setTimeout } from 'node:timers/promises';
import { log } from './request-log.js';
import { crypto, emitter, file, inner, nested, type Read, timer } from './steps.js';

/** What the request does, in order; it reads the id at each of these places. */
export const stepNames = ['start', 'timer', 'file', 'crypto', 'nested', 'emitter', 'inner', 'finish'] as const;

export type StepName = (typeof stepNames)[number];

export interface WorkOptions {
  /** Where this server listens. */
  readonly port: number;
  /** Up to how many milliseconds each step waits first, so that people can follow. */
  readonly pause: number;
  /** Hears what each step read. */
  readonly report: (step: StepName, read: Read) => void;
}

/** All steps of a request. */
export async function work({ port, pause, report }: WorkOptions): Promise<void> {
  const step = async (name: StepName, run: () => Promise<Read>) => {
    // Squared, so that some requests overtake others.
    if (pause > 0) await setTimeout(pause * Math.random() ** 2);
    report(name, await run());
  };
  report('start', log('start'));
  await step('timer', timer);
  await step('file', file);
  await step('crypto', crypto);
  await step('nested', nested);
  await step('emitter', emitter);
  await step('inner', () => inner(port));
  report('finish', log('finish'));
}
