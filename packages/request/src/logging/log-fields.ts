import { tryGetRequestScope } from '../scope/request-scope.js';

/** The fields of a log line. */
export type LogFields = Record<string, string | number | boolean>;

/**
 * What the current scope has to say in a line of a log: `requestId`, `method`, `path`, and the application's own fields that
 * are strings, numbers or booleans. An object is left out, since nobody has said which of its fields a log may have, and so
 * is a field of the application that has one of those three names.
 * @returns a new object, empty outside of a request
 * @example
 * const log = pino({ mixin: logFields });
 */
export function logFields(): LogFields {
  const scope = tryGetRequestScope();
  if (scope === undefined) return {};
  const { id: requestId, startTime: _, ...own } = scope;
  const fields: LogFields = { requestId };
  if (scope.method !== '') fields.method = scope.method;
  if (scope.path !== '') fields.path = scope.path;
  for (const [name, value] of Object.entries(own)) {
    // What the scope says stands, whatever the application calls its own.
    if (name === 'requestId' || name === 'method' || name === 'path') continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
  }
  return fields;
}
