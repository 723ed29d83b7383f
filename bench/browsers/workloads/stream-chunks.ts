/** Chunks of a stream, one after the other: `read()` calls of a source, and `write()` calls of a sink. */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';
import { assertValues, runWithValue } from '../../workloads/flow-values.js';

export const streamReads: Workload = async (subject, storages, budget) => {
  const value = {};
  return runWithValue(storages, value, () => {
    const stream = new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) });
    const reader = stream.getReader();
    return timeLaps(async (count) => {
      for (let index = 0; index < count; index++) await reader.read();
      assertValues(subject, storages, value);
    }, budget);
  });
};

export const streamWrites: Workload = async (subject, storages, budget) => {
  const value = {};
  return runWithValue(storages, value, () => {
    const writer = new WritableStream<number>({ write() {} }).getWriter();
    return timeLaps(async (count) => {
      for (let index = 0; index < count; index++) await writer.write(1);
      assertValues(subject, storages, value);
    }, budget);
  });
};
