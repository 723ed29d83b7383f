/**
 * Whether a driver keeps the frame. Each check is run by several flows at once, more of them than a pool has connections,
 * so that queries wait for one another and go over sockets that another flow has opened. Wherever one of its callbacks
 * runs, a flow looks at what is current there: its own value, none, or another flow's.
 *
 * A request scope, a storage of Throughline's and one of Node's own class are looked at, each time all three.
 */
import { AsyncLocalStorage as NodeStorage } from 'node:async_hooks';
import { tryGetRequestScope, withRequestScope } from '@throughline/request';
import { AsyncLocalStorage } from 'throughline';

export interface Flow {
  /** What is current where nothing was lost. */
  readonly id: string;
  readonly index: number;
  /** Compares what is current with the flow's own. */
  look(): void;
  /** `AsyncLocalStorage.bind`, of both classes. */
  readonly bind: Wrap;
}

/** What a check does with its callbacks: nothing, or what mends them. */
export type Wrap = <Args extends unknown[], Result>(callback: (...args: Args) => Result) => (...args: Args) => Result;

export const asItIs: Wrap = (callback) => callback;

export interface Check {
  readonly name: string;
  run(flow: Flow): Promise<unknown>;
  /** What to do where it is lost. */
  readonly fix?: { readonly text: string; run(flow: Flow): Promise<unknown> };
}

/** Seen in all flows and all callbacks: the own value; none in some; another flow's in some. */
export type Outcome = 'kept' | 'lost' | 'another';

export interface CheckResult {
  readonly name: string;
  readonly throughline: Outcome;
  readonly node: Outcome;
  readonly fix?: { readonly text: string; readonly throughline: Outcome; readonly node: Outcome };
}

/** More than the connections of a pool. */
export const FLOWS = 8;

/** The connections of a pool. */
export const CONNECTIONS = 2;

const LIMIT_MS = 20_000;

const storage = new AsyncLocalStorage<string>();
const nodeStorage = new NodeStorage<string>();

/** @throws where a check fails for another reason than what it looks at, or looks at nothing */
export async function runCheck({ name, run, fix }: Check): Promise<CheckResult> {
  const seen = await runFlows(name, run);
  if (fix === undefined) return { name, ...seen };
  return { name, ...seen, fix: { text: fix.text, ...(await runFlows(`${name}, ${fix.text}`, fix.run)) } };
}

async function runFlows(name: string, run: Check['run']): Promise<{ throughline: Outcome; node: Outcome }> {
  const throughline = new Seen();
  const node = new Seen();
  const flow = async (index: number) => {
    const id = `flow ${index}`;
    let looks = 0;
    const look = () => {
      looks++;
      const value = storage.getStore();
      const scope = tryGetRequestScope()?.id;
      if (scope !== value) throw new Error(`${name}: the scope is ${scope}, but the storage has ${value}`);
      throughline.add(id, value);
      node.add(id, nodeStorage.getStore());
    };
    const bind: Flow['bind'] = (callback) => AsyncLocalStorage.bind(NodeStorage.bind(callback));
    await withRequestScope({ id }, () =>
      storage.run(id, () => nodeStorage.run(id, () => withinLimit(name, run({ id, index, look, bind })))),
    );
    if (looks === 0) throw new Error(`${name}: nothing was looked at in ${id}`);
  };
  const ends = await Promise.allSettled(Array.from({ length: FLOWS }, (_, index) => flow(index)));
  for (const end of ends) if (end.status === 'rejected') throw new Error(name, { cause: end.reason });
  return { throughline: throughline.outcome, node: node.outcome };
}

class Seen {
  outcome: Outcome = 'kept';

  add(own: string, value: string | undefined): void {
    if (value === own) return;
    if (value !== undefined) this.outcome = 'another';
    else if (this.outcome === 'kept') this.outcome = 'lost';
  }
}

/** @throws where the work takes longer than any does that ends at all */
export async function withinLimit<T>(name: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: no end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise for what is given to a callback, which looks first. */
export function called<Result>(
  { look }: Pick<Flow, 'look'>,
  start: (callback: (error: unknown, result?: Result) => void) => unknown,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      try {
        look();
      } catch (wrong) {
        reject(wrong);
      }
      if (error === null || error === undefined) resolve(result);
      else reject(error);
    });
  });
}
