import type { Subject } from '../suite/subject.js';
import { assertValues, runWithValue } from './flow-values.js';

/**
 * Checks that a subject keeps the values of two concurrent flows across an `await` and a timer.
 * @throws {LostValueError} if a flow does not read its own value
 */
export async function assertTracking(subject: Subject): Promise<void> {
  const storage = subject.makeStorage();
  const resolved = Promise.resolve();
  const flow = (value: object) =>
    runWithValue([storage], value, async () => {
      await resolved;
      assertValues(subject, [storage], value);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      assertValues(subject, [storage], value);
    });
  await Promise.all([flow({}), flow({})]);
}
