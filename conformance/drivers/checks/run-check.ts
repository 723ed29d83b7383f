/**
 * Runs a check in several flows at the same time. There are more flows than connections in a pool, so that queries wait
 * for each other and use sockets that another flow opened. Wherever the driver calls back, a flow compares the current
 * value with its own. Each time, it observes three values: those of a request scope, of a storage of Throughline and of
 * a storage of Node's own class.
 */
import { AsyncLocalStorage as NodeStorage } from 'node:async_hooks';
import { tryGetRequestScope, withRequestScope } from '@throughline/request';
import { AsyncLocalStorage } from 'throughline';
import {
  type Check,
  type CheckResult,
  FLOW_COUNT,
  type Flow,
  type FrameOutcome,
  type OutcomeByClass,
} from './check.js';
import { withTimeout } from './with-timeout.js';

const storage = new AsyncLocalStorage<string>();
const nodeStorage = new NodeStorage<string>();

/** @throws {Error} if the check itself fails, or if a flow observed nothing; a lost value is a result, not an error */
export async function runCheck({ name, run, fix }: Check): Promise<CheckResult> {
  const outcomes = await runFlows(name, run);
  if (fix === undefined) return { name, ...outcomes };
  return { name, ...outcomes, fix: { text: fix.text, ...(await runFlows(`${name}, ${fix.text}`, fix.run)) } };
}

async function runFlows(name: string, run: Check['run']): Promise<OutcomeByClass> {
  const throughline = new Observations();
  const node = new Observations();
  const runFlow = async (index: number) => {
    const id = `flow ${index}`;
    let count = 0;
    const observe = () => {
      count++;
      const value = storage.getStore();
      const scopeId = tryGetRequestScope()?.id;
      if (scopeId !== value) throw new Error(`${name}: the scope is ${scopeId}, but the storage has ${value}`);
      throughline.add(id, value);
      node.add(id, nodeStorage.getStore());
    };
    const bind: Flow['bind'] = (callback) => AsyncLocalStorage.bind(NodeStorage.bind(callback));
    await withRequestScope({ id }, () =>
      storage.run(id, () => nodeStorage.run(id, () => withTimeout(name, run({ id, index, observe, bind })))),
    );
    if (count === 0) throw new Error(`${name}: ${id} observed nothing`);
  };
  const settled = await Promise.allSettled(Array.from({ length: FLOW_COUNT }, (_, index) => runFlow(index)));
  for (const result of settled) if (result.status === 'rejected') throw new Error(name, { cause: result.reason });
  return { throughline: throughline.outcome, node: node.outcome };
}

/** The worst of the values that were observed. */
class Observations {
  outcome: FrameOutcome = 'kept';

  add(own: string, current: string | undefined): void {
    if (current === own) return;
    if (current !== undefined) this.outcome = 'another';
    else if (this.outcome === 'kept') this.outcome = 'lost';
  }
}
