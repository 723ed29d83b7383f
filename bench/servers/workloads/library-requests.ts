/**
 * A request that uses storages as libraries do: with four storages, 32 `run()` and 208 `getStore()`. On a server with
 * OpenTelemetry, Sentry, @fastify/request-context and LangGraph, 32 and 207 were counted. All further storages are those
 * of libraries that set a value once per request. With fewer than four, one library does what several do otherwise.
 *
 *     at the beginning   no storage has a value yet; each: run                       4 run     7 getStore
 *     7 times            a span in a span, a scope, and a run of an agent           28 run   196 getStore
 *     at the end         each value is checked                                                 5 getStore
 */
import type { Storage, Subject } from '../../suite/subject.js';
import { assertValues, LostValueError, runWithValue } from '../../workloads/flow-values.js';

const STEPS = 7;

/** The storages that the libraries use throughout a request. */
interface Libraries {
  readonly tracing: Storage;
  readonly errors: Storage;
  readonly agent: Storage;
  readonly request: Storage;
}

export class LibraryRequests {
  readonly #subject: Subject;
  readonly #storages: readonly Storage[];
  readonly #libraries: Libraries;

  constructor(subject: Subject, storages: readonly Storage[]) {
    const [tracing, errors = tracing, agent = errors, request = agent] = storages;
    if (!tracing || !errors || !agent || !request) throw new Error('The requests need at least one storage.');
    this.#subject = subject;
    this.#storages = storages;
    this.#libraries = { tracing, errors, agent, request };
  }

  /** @throws {LostValueError} if a storage has a value already: that of another request */
  begin<R>(value: object, fn: () => R): R {
    const found = read(this.#libraries);
    if (found > 0 && this.#subject.isTracking) throw new LostValueError();
    return runWithValue(this.#storages, value, fn);
  }

  /** @throws {LostValueError} if a value was lost in between */
  async handle(): Promise<void> {
    const value = this.#libraries.request.getStore() as object;
    for (let step = 0; step < STEPS; step++) await runStep(this.#libraries, { step });
    assertValues(this.#subject, this.#storages, value);
  }
}

/** Four calls of `run()`, and 28 of `getStore()`. */
async function runStep(libraries: Libraries, value: object): Promise<unknown> {
  const { tracing, errors, agent } = libraries;
  return tracing.run({ value }, async () => {
    let reads = await readAll(libraries);
    reads += await tracing.run({ value }, async () => {
      const inSpan = await readAll(libraries);
      return inSpan + (await errors.run({ value }, () => agent.run({ value }, () => readAll(libraries))));
    });
    return reads + read(libraries);
  });
}

async function readAll(libraries: Libraries): Promise<number> {
  const reads = read(libraries);
  await undefined;
  return reads;
}

/** Seven calls of `getStore()`, most of them of the storage that is set most often. */
function read({ tracing, errors, agent, request }: Libraries): number {
  let found = 0;
  if (tracing.getStore() !== undefined) found++;
  if (errors.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  if (request.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  if (agent.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  return found;
}
