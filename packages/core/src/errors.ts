/** Errors with Node's codes and, for invalid arguments, Node's wording, on every runtime. */

type Coded = Error & { code: string };

/**
 * Node's `ERR_INVALID_ARG_TYPE`.
 * @param name the parameter
 * @param expected the expected type
 * @param received the invalid argument
 * @see https://nodejs.org/api/errors.html#err_invalid_arg_type
 */
export function invalidArgType(name: string, expected: string, received: unknown): TypeError {
  return withCode(
    new TypeError(`The "${name}" argument must be of type ${expected}. Received ${descriptionOf(received)}`),
    'ERR_INVALID_ARG_TYPE',
  );
}

/**
 * Node's `ERR_METHOD_NOT_IMPLEMENTED`.
 * @param advice why the method is not implemented here, and what to use instead
 * @see https://nodejs.org/api/errors.html#err_method_not_implemented
 */
export function methodNotImplemented(method: string, advice: string): Error {
  return withCode(new Error(`The ${method} method is not implemented: ${advice}`), 'ERR_METHOD_NOT_IMPLEMENTED');
}

/**
 * Node's `ERR_INVALID_ASYNC_ID`.
 * @see https://nodejs.org/api/errors.html#err_invalid_async_id
 */
export function invalidAsyncId(name: string, received: unknown): RangeError {
  return withCode(new RangeError(`Invalid ${name} value: ${String(received)}`), 'ERR_INVALID_ASYNC_ID');
}

/**
 * The error for an option that is unknown or has an invalid value. Node has no code for it.
 * @param message what is wrong and what was expected
 */
export function invalidOption(message: string): TypeError {
  return withCode(new TypeError(message), 'ERR_INVALID_OPTION');
}

function withCode<E extends Error>(error: E, code: string): E & Coded {
  return Object.assign(error, { code });
}

/** Describes a value as Node's error messages do. */
function descriptionOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const name: unknown = value.constructor?.name;
    return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object without a constructor';
  }
  if (typeof value === 'string') {
    const shown = value.length > 28 ? `${value.slice(0, 25)}...` : value;
    return `type string ('${shown}')`;
  }
  return `type ${typeof value} (${String(value)}${typeof value === 'bigint' ? 'n' : ''})`;
}
