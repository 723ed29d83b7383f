/** What the services and the workers of the proof share through Redis. */

export const QUEUE = 'proof';

export interface JobData {
  /** The number of the request that has added the job. */
  readonly number: number;
}

/** The keys of Redis: a bit for each request whose job has been handled, and counts of all workers. */
export const DONE_KEY = 'proof-done';
export const COUNTS_KEY = 'proof-counts';

/** Whether the first attempt of a job fails. */
export function failsFirst(number: number): boolean {
  return number % 20 === 7;
}
