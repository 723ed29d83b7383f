/** The time between two attempts to write what another process writes too. */

/** The longest time before the second attempt, in milliseconds: about one write of a database. */
const FIRST_DELAY = 2;

/** The longest time before any attempt, in milliseconds. */
const MAX_DELAY = 100;

/**
 * Waits for a random time, up to twice as long before each further attempt. The other process writes in the meantime
 * without a conflict. If both waited equally long, they would meet again.
 * @param attempts how many have failed
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function retryDelay(attempts: number): Promise<void> {
  const longest = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempts - 1));
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
}
