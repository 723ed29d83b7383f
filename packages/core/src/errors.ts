/** Errors with Node's codes, and its wording for what people pass by mistake, on every runtime. */

type Coded = Error & { code: string };

/** Node's `ERR_INVALID_ARG_TYPE`. */
export function invalidArgType(name: string, expected: string, received: unknown): TypeError {
  return coded(
    new TypeError(`The "${name}" argument must be of type ${expected}. Received ${description(received)}`),
    'ERR_INVALID_ARG_TYPE',
  );
}

/** Node's `ERR_METHOD_NOT_IMPLEMENTED`, with the reason and the way around it. */
export function methodNotImplemented(method: string, advice: string): Error {
  return coded(new Error(`The ${method} method is not implemented: ${advice}`), 'ERR_METHOD_NOT_IMPLEMENTED');
}

/** Node's `ERR_INVALID_ASYNC_ID`. */
export function invalidAsyncId(name: string, received: unknown): RangeError {
  return coded(new RangeError(`Invalid ${name} value: ${String(received)}`), 'ERR_INVALID_ASYNC_ID');
}

function coded<E extends Error>(error: E, code: string): E & Coded {
  return Object.assign(error, { code });
}

function description(value: unknown): string {
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
