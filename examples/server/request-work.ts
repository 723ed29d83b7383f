import { setTimeout } from 'node:timers/promises';
import {
  type IdRead,
  readInFileCallback,
  readInInnerRequest,
  readInListener,
  readInNestedFunctions,
  readInThreadPoolCallback,
  readInTimer,
} from './async-steps.js';
import { logWithRequestId } from './request-log.js';

/** What the request does, in order; it reads the id at each of these places. */
export const stepNames = ['start', 'timer', 'file', 'crypto', 'nested', 'emitter', 'inner', 'finish'] as const;

export type StepName = (typeof stepNames)[number];

export interface WorkOptions {
  /** Where this server listens. */
  readonly port: number;
  /** Up to how many milliseconds each step waits first, so that people can follow. */
  readonly pause: number;
  /** Hears what each step read. */
  readonly report: (step: StepName, read: IdRead) => void;
}

/** All steps of a request. */
export async function runSteps({ port, pause, report }: WorkOptions): Promise<void> {
  const step = async (name: StepName, run: () => Promise<IdRead>) => {
    // Squared, so that some requests overtake others.
    if (pause > 0) await setTimeout(pause * Math.random() ** 2);
    report(name, await run());
  };
  report('start', logWithRequestId('start'));
  await step('timer', readInTimer);
  await step('file', readInFileCallback);
  await step('crypto', readInThreadPoolCallback);
  await step('nested', readInNestedFunctions);
  await step('emitter', readInListener);
  await step('inner', () => readInInnerRequest(port));
  report('finish', logWithRequestId('finish'));
}
