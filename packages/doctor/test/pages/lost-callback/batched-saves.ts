// expects: lost callback, another, lost-callback/batched-saves.ts:30
/** The timer of the first click saves for all of them, and calls their functions. TypeScript, with types that vanish. */
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.js';

interface Save {
  readonly id: number;
  readonly callback: (saved: boolean) => void;
}

const clicks = new AsyncLocalStorage<{ id: number }>();
let batch: Save[] | undefined;

function save(id: number, callback: (saved: boolean) => void): void {
  if (batch === undefined) {
    batch = [];
    setTimeout(() => {
      const saves = batch ?? [];
      batch = undefined;
      for (const { callback: call } of saves) call(true);
    }, 2);
  }
  batch.push({ id, callback });
}

export default interleave(
  clicks,
  (id) =>
    new Promise<void>((resolve) => {
      save(id, (saved: boolean): void => {
        if (saved && clicks.getStore() !== undefined) resolve();
      });
    }),
  2,
);
