/** Whether the soak sees what it is there to see. */
import { equal, ok } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import type { Storage } from '../../suite/subject.js';
import { subject as none } from '../subjects/no-tracking-in-browser.js';
import { soak } from './flow-soak.js';

const FLOWS = 5000;

describe('the soak', () => {
  it('finds nothing wrong, and nothing held, with the class of Node', async () => {
    const figures = await soak(new AsyncLocalStorage<object>(), FLOWS);
    equal(figures.soak, 0);
    equal(figures['soak-held'], 0);
  });

  it('finds flows that read the value of another', async () => {
    const { soak: wrong = 0 } = await soak(none.makeStorage(), FLOWS);
    ok(wrong > FLOWS / 2, `${wrong} of ${FLOWS}`);
  });

  it('finds a value that stays where it should not', async () => {
    const own = new AsyncLocalStorage<object>();
    const kept: object[] = [];
    const storage: Storage = {
      run(value, fn) {
        kept.push(value);
        return own.run(value, fn);
      },
      getStore: () => own.getStore(),
    };
    const figures = await soak(storage, FLOWS);
    equal(figures.soak, 0);
    equal(figures['soak-held'], 1000);
    equal(kept.length, FLOWS);
  });
});
