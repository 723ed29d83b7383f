/** The soak must detect the faults that it exists for. */
import { equal, ok } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import type { Storage } from '../../suite/subject.js';
import { subject as untracked } from '../subjects/no-tracking-in-browser.js';
import { soakFlows } from './flow-soak.js';

const FLOW_COUNT = 5000;

describe('soakFlows()', () => {
  it("finds no wrong value and no held value with Node's AsyncLocalStorage", async () => {
    const figures = await soakFlows(new AsyncLocalStorage<object>(), FLOW_COUNT);
    equal(figures.soak, 0);
    equal(figures['soak-held'], 0);
  });

  it('counts flows that read the value of another flow', async () => {
    const { soak: wrong = 0 } = await soakFlows(untracked.makeStorage(), FLOW_COUNT);
    ok(wrong > FLOW_COUNT / 2, `${wrong} of ${FLOW_COUNT}`);
  });

  it('counts values that are still held after their flows ended', async () => {
    const tracking = new AsyncLocalStorage<object>();
    const leaked: object[] = [];
    const storage: Storage = {
      run(value, fn) {
        leaked.push(value);
        return tracking.run(value, fn);
      },
      getStore: () => tracking.getStore(),
    };
    const figures = await soakFlows(storage, FLOW_COUNT);
    equal(figures.soak, 0);
    equal(figures['soak-held'], 1000);
    equal(leaked.length, FLOW_COUNT);
  });
});
