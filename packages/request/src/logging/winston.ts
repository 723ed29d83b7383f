/**
 * Log fields for winston.
 *
 * A winston logger is a stream. While a transport is slow, lines wait in that stream. They pass through the formats
 * when an earlier line, which another request may have written, is done. A format that read the current scope would
 * then print the id of that other request, and only under load. The fields are therefore read when the logger is called
 * (`withLogFields`), and travel with the line. The format (`logFormat`) prints only what the line carries.
 */
import { type LogFields, logFields } from './log-fields.js';

/**
 * The property of a line that carries its fields. winston copies a symbol along with the line, and no format prints it.
 */
const fieldsKey = Symbol('throughline.logFields');

interface Line {
  [fieldsKey]?: LogFields;
}

/** The method through which every line of a logger passes when the logger is called. */
interface LineWriter {
  write(line: unknown, ...rest: unknown[]): boolean;
}

/**
 * Makes every line of a logger, and of its children, carry the fields of the scope in which it is written.
 * `logFormat()` prints them.
 * @param logger a logger created by winston's `createLogger`; its method `write` is replaced
 * @returns the same logger
 * @throws {TypeError} for a child logger, whose lines its parent writes
 * @example
 * import { withRequestScope } from '@throughline/request';
 * import { logFormat, withLogFields } from '@throughline/request/winston';
 * import { createLogger, format, transports } from 'winston';
 *
 * const log = withLogFields(
 *   createLogger({ format: format.combine(logFormat(), format.json()), transports: [new transports.Console()] }),
 * );
 * withRequestScope({ id: 'nightly' }, () => log.info('started')); // {...,"message":"started","requestId":"nightly"}
 * @see https://github.com/winstonjs/winston#creating-child-loggers
 */
export function withLogFields<Logger extends LineWriter>(logger: Logger): Logger {
  if (Object.getOwnPropertyDescriptor(logger, 'write')?.writable === false) {
    throw new TypeError(
      'withLogFields(logger): this is a child logger, whose lines its parent writes. Pass the parent to withLogFields, ' +
        'before or after its children are created.',
    );
  }
  const { write } = logger;
  Object.defineProperty(logger, 'write', {
    value(this: Logger, line: unknown, ...rest: unknown[]) {
      return write.call(this, typeof line === 'object' && line !== null ? copyWithFields(line) : line, ...rest);
    },
    writable: true,
    configurable: true,
  });
  return logger;
}

/** Returns a copy: several requests may log the same object, and it may still be waiting when the next one logs it. */
function copyWithFields(line: object): Line {
  const fields = logFields();
  const prototype: unknown = Object.getPrototypeOf(line);
  if (prototype === Object.prototype || prototype === null) return { ...line, [fieldsKey]: fields };
  const copy: Line = Object.create(Object.getPrototypeOf(line), Object.getOwnPropertyDescriptors(line));
  // `stack` may be an accessor that returns nothing for an object that was not created as an error.
  if (line instanceof Error) Object.defineProperty(copy, 'stack', { value: line.stack, writable: true });
  copy[fieldsKey] = fields;
  return copy;
}

let hasWarned = false;

/**
 * Creates a winston format that adds the fields of `logFields()` to a line, as they were where the line was written. A
 * field that the line itself has is not changed.
 *
 * The logger must have been passed to `withLogFields()`. A line of another logger gets no fields, and the first such
 * line emits the warning `THROUGHLINE_LOG_FORMAT`.
 * @returns a format for `format.combine()`
 * @example
 * import { logFormat, withLogFields } from '@throughline/request/winston';
 * import { createLogger, format, transports } from 'winston';
 *
 * const log = withLogFields(
 *   createLogger({ format: format.combine(logFormat(), format.simple()), transports: [new transports.Console()] }),
 * );
 * log.info('started'); // info: started
 * @see https://github.com/winstonjs/logform
 */
export function logFormat(): { transform<Info extends object>(line: Info): Info } {
  return {
    transform(line) {
      const fields = (line as Line)[fieldsKey];
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
    'logFormat() received a line without the fields of its request. Pass the logger to withLogFields(logger), which ' +
      'reads the fields when the logger is called: a format may run later, when another request is current.',
    { code: 'THROUGHLINE_LOG_FORMAT' },
  );
}
