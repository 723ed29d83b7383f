/**
 * The program of the process that `transform-in-process.ts` starts. It reads a file and its options as JSON from stdin,
 * transforms the file in a thread with a large stack, and writes the output as JSON to stdout. The size of the
 * stack of a main thread cannot be chosen.
 */
import { text } from 'node:stream/consumers';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { TransformError } from '../parse/transform-error.js';
import { transformFile } from '../transform.js';
import { LARGE_STACK_MB } from './depth-limit.js';
import type { ProcessInput, ProcessOutput } from './transform-in-process.js';

if (isMainThread) {
  const input: ProcessInput = JSON.parse(await text(process.stdin));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: input,
    resourceLimits: { stackSizeMb: LARGE_STACK_MB },
  });
  // An error of the thread ends the process with another exit code than 0.
  worker.on('message', (output) => process.stdout.write(JSON.stringify(output)));
} else {
  parentPort?.postMessage(outputFor(workerData));
}

function outputFor({ code, options, buildOptions }: ProcessInput): ProcessOutput {
  try {
    const result = transformFile(code, options, buildOptions);
    if (result === undefined) return {};
    const { names, mappings } = result.map;
    return { result: { code: result.code, names, mappings } };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    return { error: { reason: error.reason, pos: error.pos } };
  }
}
