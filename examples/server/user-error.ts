/** An error that the person who started the program can fix. Only its message is printed, without a stack trace. */
export class UserError extends Error {}
