/** Errors with codes: Node's where Node has one. */

/** The codes of the errors that this package throws. */
export type PropagationErrorCode =
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_DUPLICATE_NAME'
  | 'ERR_NO_SIGNING_KEY';

type Coded = Error & { code: PropagationErrorCode };

/**
 * An argument of the wrong type.
 * @param name the parameter, with the function: 'inject(carrier)'
 * @param expected what the argument must be
 * @see https://nodejs.org/api/errors.html#err_invalid_arg_type
 */
export function invalidArgType(name: string, expected: string, received: unknown): TypeError {
  return withCode(new TypeError(`${name} must be ${expected}, not ${describeKind(received)}.`), 'ERR_INVALID_ARG_TYPE');
}

/**
 * An argument with a value that is not allowed.
 * @param message what is wrong, what was expected and what to do
 * @see https://nodejs.org/api/errors.html#err_invalid_arg_value
 */
export function invalidArgValue(message: string, options?: ErrorOptions): TypeError {
  return withCode(new TypeError(message, options), 'ERR_INVALID_ARG_VALUE');
}

/**
 * A value that is larger than a limit.
 * @param message which value, how large it is, and what to do
 * @see https://nodejs.org/api/errors.html#err_out_of_range
 */
export function outOfRange(message: string): RangeError {
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE');
}

/** Adds a code to an error. */
export function withCode<E extends Error>(error: E, code: PropagationErrorCode): E & Coded {
  return Object.assign(error, { code });
}

/** Describes a value without its text, which may be a secret or a person's data: 'a string', 'the number 5'. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') {
    const name: unknown = value.constructor?.name;
    return typeof name === 'string' && name !== '' ? `an object of the class ${name}` : 'an object without a class';
  }
  if (typeof value === 'string') return 'a string';
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`;
}
