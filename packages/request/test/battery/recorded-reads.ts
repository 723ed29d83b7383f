/**
 * Records which scope the application under test read, and where.
 *
 * A read is recorded under the id that the request carries in its `x-request-id` header, and under the name of a
 * checkpoint. The id is taken from the header and passed along as an argument, never read from the scope. A read in the
 * scope of another request, or outside of any scope, is therefore visible.
 *
 * The client fetches the reads with a separate request, because many of them happen after the response. This module
 * depends on no runtime: the servers of the battery run on Node, Bun, Deno and workerd.
 */
import { tryGetRequestScope } from '@throughline/request';

/** The id of the scope that was current at a checkpoint, or null if there was none. */
export type ScopeRead = string | null;

/** Reads the current scope and records its id under the name of a checkpoint. */
export type Recorder = (checkpoint: string) => void;

const readsByRequest = new Map<string, Map<string, ScopeRead[]>>();

/** @param id the `x-request-id` header of the request, as the framework returns it */
export function recorderFor(id: string | readonly string[] | null | undefined): Recorder {
  const key = String(id);
  return (checkpoint) => {
    const reads = readsByRequest.get(key) ?? new Map<string, ScopeRead[]>();
    readsByRequest.set(key, reads);
    reads.set(checkpoint, [...(reads.get(checkpoint) ?? []), tryGetRequestScope()?.id ?? null]);
  };
}

/** The body of the response to `GET /reads?id=...`: the checkpoints of that request, each with its reads. */
export function recordedReadsJson(id: string | null | undefined): string {
  return JSON.stringify(Object.fromEntries(readsByRequest.get(String(id)) ?? []));
}
