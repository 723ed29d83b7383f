/**
 * winston's logger is a stream: while a transport is slow, lines wait in it, and what lets them go on, through the formats
 * too, is a line that another request wrote before. A format that reads the current scope would then print that request's
 * id, under load only. So the fields are taken at the call, by `withLogFields`, and travel with the line; the format
 * prints nothing but what a line has brought along.
 */
import { type LogFields, logFields } from './log-fields.js';

/** A line's fields. winston copies a symbol with the line, and no format prints it. */
const taken = Symbol('throughline.logFields');

interface Line {
  [taken]?: LogFields;
}

/** What all lines of a logger pass through, at the call. */
interface LineWriter {
  write(line: unknown, ...rest: unknown[]): boolean;
}

/**
 * Has every line of a logger, and of its children, take the fields of the scope that it was written in. `logFormat()`
 * prints them.
 * @param logger what winston's `createLogger` has made; it is changed
 * @returns the same logger
 * @throws TypeError for a child logger, whose lines its parent writes
 * @example
 * const log = withLogFields(
 *   createLogger({ format: format.combine(logFormat(), format.json()), transports: [new transports.Console()] }),
 * );
 */
export function withLogFields<Logger extends LineWriter>(logger: Logger): Logger {
  if (Object.getOwnPropertyDescriptor(logger, 'write')?.writable === false) {
    throw new TypeError(
      'withLogFields(logger): this is a child logger, whose lines its parent writes. Give the parent to withLogFields, ' +
        'before or after its children are made.',
    );
  }
  const { write } = logger;
  Object.defineProperty(logger, 'write', {
    value(this: Logger, line: unknown, ...rest: unknown[]) {
      return write.call(this, typeof line === 'object' && line !== null ? stamped(line) : line, ...rest);
    },
    writable: true,
    configurable: true,
  });
  return logger;
}

/** A copy: one object may be logged by many requests, and is still on its way when the next one logs it. */
function stamped(line: object): Line {
  const fields = logFields();
  const prototype: unknown = Object.getPrototypeOf(line);
  if (prototype === Object.prototype || prototype === null) return { ...line, [taken]: fields };
  const copy: Line = Object.create(Object.getPrototypeOf(line), Object.getOwnPropertyDescriptors(line));
  // A copied accessor finds no stack on an object that is no error by birth.
  if (line instanceof Error) Object.defineProperty(copy, 'stack', { value: line.stack, writable: true });
  copy[taken] = fields;
  return copy;
}

let hasWarned = false;

/**
 * A winston format that prints what `logFields()` said where the line was written. What the line itself says of the same
 * name stays. The logger must have been given to `withLogFields`; a line of another one gets no fields, and the first such
 * line a warning.
 */
export function logFormat(): { transform<Info extends object>(line: Info): Info } {
  return {
    transform(line) {
      const fields = (line as Line)[taken];
      if (fields === undefined) warnOnce();
      for (const [name, value] of Object.entries(fields ?? {})) {
        if (!(name in line))
          Object.defineProperty(line, name, { value, writable: true, enumerable: true, configurable: true });
      }
      return line;
    },
  };
}

function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'logFormat() got a line without the fields of its request. Give the logger to withLogFields(logger), which takes them ' +
      'at the call: a format may run later, when another request is current.',
    { code: 'THROUGHLINE_LOG_FORMAT' },
  );
}
