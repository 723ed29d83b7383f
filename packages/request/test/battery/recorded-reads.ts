/**
 * What an application's code read, kept under the id of the request that it ran for.
 *
 * The id is taken from the request's own header and handed along by hand, never from the scope: so a read in another's
 * scope, or in none, shows. A client asks for the reads with a further request, since many of them happen after the
 * answer. Nothing in here knows a runtime: the servers of the battery run on Node, Bun, Deno and workerd.
 */
import { tryGetRequestScope } from '@throughline/request';

/** The id of the scope that a step ran in, null where there was none. */
export type Read = string | null;

/** Records what is read now, at a step of the given name. */
export type Note = (step: string) => void;

const reads = new Map<string, Map<string, Read[]>>();

/** @param id the request's header `x-request-id`, as the framework gives it */
export function noteFor(id: string | readonly string[] | null | undefined): Note {
  const key = String(id);
  return (step) => {
    const own = reads.get(key) ?? new Map<string, Read[]>();
    reads.set(key, own);
    own.set(step, [...(own.get(step) ?? []), tryGetRequestScope()?.id ?? null]);
  };
}

/** What `GET /seen?id=...` answers: the steps of that request, and what each read. */
export function seenText(id: string | null | undefined): string {
  return JSON.stringify(Object.fromEntries(reads.get(String(id)) ?? []));
}
