import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createLogger, format } from 'winston';
import Transport from 'winston-transport';
import { withRequestScope } from '../scope/request-scope.js';
import { logFields } from './log-fields.js';
import { logFormat, withLogFields } from './winston.js';

interface Line {
  message: unknown;
  requestId?: unknown;
  path?: unknown;
  stack?: unknown;
  part?: unknown;
  durationMs?: unknown;
}

/** A transport that accepts only one line until it is released. */
class BlockedTransport extends Transport {
  readonly lines: Line[] = [];
  #next: (() => void) | undefined;
  #isReleased = false;

  override log(line: Line, next: () => void): void {
    // winston may reuse the object of a line.
    this.lines.push({ ...line });
    this.emit('line');
    if (this.#isReleased) setImmediate(next);
    else this.#next = next;
  }

  /**
   * Accepts all lines from now on, and waits until there are `count`. winston's own `end()` throws if lines are still
   * queued.
   */
  async release(count: number): Promise<readonly Line[]> {
    this.#isReleased = true;
    this.#next?.();
    while (this.lines.length < count) await once(this, 'line');
    return this.lines;
  }
}

/** A format that reads the scope when it runs, which may be later than the call of the logger. */
const readingFormat = format((line) => Object.assign(line, logFields()));

/** More lines than winston's streams accept before a line is queued. */
const LINE_COUNT = 100;

test('a line that is queued for a slow transport keeps its own fields, unlike with a format that reads the scope', async () => {
  const transport = new BlockedTransport();
  const readingTransport = new BlockedTransport();
  const logger = withLogFields(createLogger({ format: logFormat(), transports: [transport] }));
  const readingLogger = createLogger({ format: readingFormat(), transports: [readingTransport] });
  for (let index = 0; index < LINE_COUNT; index++) {
    withRequestScope({ id: `r${index}` }, () => {
      logger.info(`r${index}`);
      readingLogger.info(`r${index}`);
    });
  }
  assert.ok(logger.writableLength > 0, 'at least one line must have been queued, or nothing was tested');
  await Promise.all([transport.release(LINE_COUNT), readingTransport.release(LINE_COUNT)]);
  assert.deepEqual(
    transport.lines.map(({ message, requestId }) => [message, requestId]),
    Array.from({ length: LINE_COUNT }, (_, index) => [`r${index}`, `r${index}`]),
  );
  assert.ok(readingTransport.lines.some(({ message, requestId }) => message !== requestId));
});

test('logFormat() as the format of a transport prints the fields of the call', async () => {
  const transport = new BlockedTransport({ format: logFormat() });
  const logger = withLogFields(createLogger({ transports: [transport] }));
  for (let index = 0; index < LINE_COUNT; index++)
    withRequestScope({ id: `r${index}` }, () => logger.info(`r${index}`));
  await transport.release(LINE_COUNT);
  assert.equal(transport.lines.length, LINE_COUNT);
  for (const { message, requestId } of transport.lines) assert.equal(requestId, message);
});

test('an object or error that many requests log is not changed, and each line has the fields of its own request', async () => {
  const transport = new BlockedTransport();
  const logger = withLogFields(
    createLogger({ format: format.combine(logFormat(), format.errors({ stack: true })), transports: [transport] }),
  );
  const shared = { level: 'info', message: 'started' };
  const error = new TypeError('broken');
  for (let index = 0; index < LINE_COUNT; index++) {
    withRequestScope({ id: `r${index}` }, () => {
      logger.log(shared);
      logger.error(error);
    });
  }
  await transport.release(2 * LINE_COUNT);
  assert.deepEqual(Object.keys(shared), ['level', 'message']);
  assert.ok(!('requestId' in error));
  const [starts, errors] = ['started', 'broken'].map((message) =>
    transport.lines.filter((line) => line.message === message),
  );
  const expected = Array.from({ length: LINE_COUNT }, (_, index) => `r${index}`);
  assert.deepEqual(
    starts?.map(({ requestId }) => requestId),
    expected,
  );
  assert.deepEqual(
    errors?.map(({ requestId }) => requestId),
    expected,
  );
  assert.equal(errors?.[0]?.stack, error.stack);
});

test('child loggers, timers, and fields that the line itself contains', async () => {
  const transport = new BlockedTransport();
  const logger = createLogger({ format: logFormat(), defaultMeta: { part: 'shop' }, transports: [transport] });
  const before = logger.child({ part: 'before' });
  withLogFields(logger);
  const after = logger.child({ part: 'after' });
  withRequestScope({ id: 'r1', path: '/cart' }, () => {
    logger.info('root', { path: 'custom' });
    before.info('child');
    after.child({ path: 'inner' }).info('grandchild');
    logger.startTimer().done({ message: 'timed' });
  });
  logger.info('outside');
  await transport.release(5);
  const lines = transport.lines.map(({ message, requestId, path, part }) => [message, requestId, path, part]);
  assert.deepEqual(lines, [
    ['root', 'r1', 'custom', 'shop'],
    ['child', 'r1', '/cart', 'shop'],
    ['grandchild', 'r1', 'inner', 'shop'],
    ['timed', 'r1', '/cart', undefined],
    ['outside', undefined, undefined, 'shop'],
  ]);
  assert.throws(() => withLogFields(after), /child logger.*Pass the parent/);
});

test('a logger that was not passed to withLogFields() logs no fields, and emits one warning', async () => {
  const transport = new BlockedTransport();
  const logger = createLogger({ format: logFormat(), transports: [transport] });
  const warned = once(process, 'warning');
  withRequestScope({ id: 'r1' }, () => {
    logger.info('one');
    logger.info('two');
  });
  const [warning] = await warned;
  assert.equal(warning.code, 'THROUGHLINE_LOG_FORMAT');
  assert.match(warning.message, /withLogFields\(logger\)/);
  await transport.release(2);
  assert.deepEqual(
    transport.lines.map(({ message, requestId }) => [message, requestId]),
    [
      ['one', undefined],
      ['two', undefined],
    ],
  );
});
