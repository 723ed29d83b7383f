/** Whether a subject does here what it is for: a value set in a flow is there after an await and in a timer. */

import type { Subject } from '../suite/subject.js';
import { checkValues, inFlow } from './flow-values.js';

export async function checkFollows(subject: Subject): Promise<void> {
  const storage = subject.makeStorage();
  const resolved = Promise.resolve();
  const flow = (value: object) =>
    inFlow([storage], value, async () => {
      await resolved;
      checkValues(subject, [storage], value);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      checkValues(subject, [storage], value);
    });
  await Promise.all([flow({}), flow({})]);
}
