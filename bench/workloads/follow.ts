/** Whether a subject does here what it is for: a value set in a flow is there after an await and in an immediate. */
import type { Subject } from '../subjects/subject.js';
import { checkValues, inFlow } from './workload.js';

export async function checkFollows(subject: Subject): Promise<void> {
  const storage = subject.makeStorage();
  const flow = (value: object) =>
    inFlow([storage], value, async () => {
      await null;
      checkValues(subject, [storage], value);
      await new Promise<void>((resolve) => setImmediate(resolve));
      checkValues(subject, [storage], value);
    });
  await Promise.all([flow({}), flow({})]);
}
