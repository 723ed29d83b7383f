/** The work of a request: all asynchronous steps, one after another. */
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

/** The points at which a request reads its id, in order. */
export const stepNames = ['start', 'timer', 'file', 'crypto', 'nested', 'emitter', 'inner', 'finish'] as const;

export type StepName = (typeof stepNames)[number];

export interface WorkOptions {
  /** The port of this server. */
  readonly port: number;
  /** The longest pause before each step, in milliseconds, so that people can follow the steps. */
  readonly maxPause: number;
  /** Called with what each step read. */
  readonly onRead: (step: StepName, read: IdRead) => void;
}

export async function runSteps({ port, maxPause, onRead }: WorkOptions): Promise<void> {
  const runStep = async (name: StepName, readId: () => Promise<IdRead>) => {
    // Squaring makes most pauses short and a few long, so that some requests overtake others.
    if (maxPause > 0) await setTimeout(maxPause * Math.random() ** 2);
    onRead(name, await readId());
  };
  onRead('start', logWithRequestId('start'));
  await runStep('timer', readInTimer);
  await runStep('file', readInFileCallback);
  await runStep('crypto', readInThreadPoolCallback);
  await runStep('nested', readInNestedFunctions);
  await runStep('emitter', readInListener);
  await runStep('inner', () => readInInnerRequest(port));
  onRead('finish', logWithRequestId('finish'));
}
