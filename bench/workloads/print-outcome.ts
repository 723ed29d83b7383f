/** Prints what a program that takes one sample has found, as one line of JSON. */
import type { SampleOutcome } from '../suite/environment.js';
import { LostValueError } from './flow-values.js';
import { MissingMemberError } from './missing-member.js';

/**
 * @param version of the runtime
 * @param takeSample takes the sample
 * @throws what `takeSample` throws, except that a value was lost or a member is missing, which are outcomes too
 */
export async function printOutcome(version: string, takeSample: () => Promise<Record<string, number>>): Promise<void> {
  let outcome: SampleOutcome;
  try {
    outcome = { figures: await takeSample(), version };
  } catch (error) {
    if (error instanceof LostValueError) outcome = { lostValue: error.message, version };
    else if (error instanceof MissingMemberError) outcome = { missing: error.message, version };
    else throw error;
  }
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
