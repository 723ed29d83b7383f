/** The options `trust` and `from`, which are checked when a transport is set up, not when the first message arrives. */
import { invalidArgType } from '../errors.js';

/** Which values are believed: all of them, none, or those with these names. */
export type Trust = boolean | readonly string[];

/**
 * @param owner the function that has the option, for the error: `receive()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if it is neither a boolean nor a list of strings
 */
export function checkTrust(owner: string, trust: unknown): void {
  if (trust === undefined || typeof trust === 'boolean') return;
  if (Array.isArray(trust) && trust.every((name) => typeof name === 'string')) return;
  throw invalidArgType(`${owner}: trust`, 'true, false or a list of names', trust);
}

/**
 * @param owner the function that has the option, for the error: `receive()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the name of the sender is not a string
 */
export function checkSender(owner: string, from: unknown): void {
  if (from !== undefined && typeof from !== 'string') throw invalidArgType(`${owner}: from`, 'a string', from);
}
