/** What the person who started the program can mend: shown as its message, without a stack trace. */
export class UserError extends Error {}
