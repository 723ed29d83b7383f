/** Thrown if a subject does not have what a workload measures, such as a method that older runtimes lack. */
export class MissingMemberError extends Error {
  override readonly name = 'MissingMemberError';

  /** @param member what is missing, such as `withScope()` */
  constructor(member: string) {
    super(`Has no ${member} on this runtime`);
  }
}
