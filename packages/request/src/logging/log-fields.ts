/** The fields that the current scope contributes to a log line. */
import { activeSpanContext } from '../scope/active-span.js';
import { tryGetRequestScope } from '../scope/request-scope.js';

/** The fields of a log line. */
export type LogFields = Record<string, string | number | boolean>;

/**
 * The property of the global object with functions that add fields, so that `@throughline/propagation` adds the declared
 * values of the flow although neither package imports the other.
 */
const SOURCES = Symbol.for('@throughline/log-fields.1');

/**
 * Returns the fields of the current scope for a log line: `requestId`, `method`, `path`, and the fields of the
 * application that are strings, numbers or booleans.
 *
 * An object is omitted, because its properties may not all be meant for a log. A field of the application that is
 * called `requestId`, `method` or `path` is omitted too. If a span of OpenTelemetry is active, its `traceId` and `spanId`
 * are added, in place of fields of the application with these names, and outside of a request as well. So are the values
 * that `@throughline/propagation` was told to log, unless the scope has a field with the same name.
 * @returns a new object, empty outside of a request and of a span
 * @example
 * import { logFields, withRequestScope } from '@throughline/request';
 * import pino from 'pino';
 *
 * const log = pino({ mixin: logFields });
 * withRequestScope({ id: 'nightly' }, () => log.info('started')); // {...,"requestId":"nightly","msg":"started"}
 * @see https://github.com/pinojs/pino/blob/main/docs/api.md#opt-mixin
 */
export function logFields(): LogFields {
  const fields = scopeFields();
  const span = activeSpanContext();
  if (span !== undefined) {
    fields.traceId = span.traceId;
    fields.spanId = span.spanId;
  }
  const { [SOURCES]: sources } = globalThis as { [SOURCES]?: readonly ((fields: LogFields) => void)[] };
  if (sources !== undefined) {
    for (const addFields of sources) addFields(fields);
  }
  return fields;
}

function scopeFields(): LogFields {
  const scope = tryGetRequestScope();
  if (scope === undefined) return {};
  const { id: requestId, startTime: _, ...ownFields } = scope;
  const fields: LogFields = { requestId };
  if (scope.method !== '') fields.method = scope.method;
  if (scope.path !== '') fields.path = scope.path;
  for (const [name, value] of Object.entries(ownFields)) {
    if (name === 'requestId' || name === 'method' || name === 'path') continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
  }
  return fields;
}
