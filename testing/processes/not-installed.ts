/** The result of starting a program that this machine does not have. A test skips itself and prints the reason. */
export interface NotInstalled {
  /** States which program is missing, and how to install it. */
  readonly reason: string;
}

/** Returns whether the program could not be started because it is not installed. */
export function isNotInstalled<T extends object>(result: T | NotInstalled): result is NotInstalled {
  return 'reason' in result;
}
