/**
 * `setTimeout` without delay, a thousand at once: with one at a time most of the time would be the event loop's own. They are
 * asked for by the listener of a message, because timers that are asked for by timers are made to wait, all but the first few.
 */
import { timeLaps } from '../../measure/stopwatch.js';
import type { Workload } from '../../suite/workload.js';

const AT_ONCE = 1000;

export const timeouts: Workload = async (_subject, _storages, pace) => {
  const { port1, port2 } = new MessageChannel();
  const turn = () =>
    new Promise<void>((resolve) => {
      let left = AT_ONCE;
      const done = () => {
        if (--left === 0) resolve();
      };
      port1.onmessage = () => {
        for (let i = 0; i < AT_ONCE; i++) setTimeout(done, 0);
      };
      port2.postMessage(null);
    });
  const lap = async (turns: number) => {
    for (let i = 0; i < turns; i++) await turn();
  };
  try {
    return (await timeLaps(lap, pace)) / AT_ONCE;
  } finally {
    port1.close();
  }
};
