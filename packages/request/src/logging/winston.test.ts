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

/** Takes one line and no other until it is let go. */
class HeldTransport extends Transport {
  readonly lines: Line[] = [];
  #next: (() => void) | undefined;
  #isOpen = false;

  override log(line: Line, next: () => void): void {
    // winston may use the object of a line again.
    this.lines.push({ ...line });
    this.emit('taken');
    if (this.#isOpen) setImmediate(next);
    else this.#next = next;
  }

  /** Lets the lines go, until there are `count`: winston's own `end` throws where lines still wait. */
  async take(count: number): Promise<readonly Line[]> {
    this.#isOpen = true;
    this.#next?.();
    while (this.lines.length < count) await once(this, 'taken');
    return this.lines;
  }
}

const naive = format((line) => Object.assign(line, logFields()));

/** More than winston's streams hold before a line has to wait. */
const COUNT = 100;

test('a line that had to wait for a slow transport has its own fields; a format that reads the scope has others', async () => {
  const held = new HeldTransport();
  const heldNaive = new HeldTransport();
  const logger = withLogFields(createLogger({ format: logFormat(), transports: [held] }));
  const naiveLogger = createLogger({ format: naive(), transports: [heldNaive] });
  for (let index = 0; index < COUNT; index++) {
    withRequestScope({ id: `r${index}` }, () => {
      logger.info(`r${index}`);
      naiveLogger.info(`r${index}`);
    });
  }
  assert.ok(logger.writableLength > 0, 'no line had to wait, so nothing was tested');
  await Promise.all([held.take(COUNT), heldNaive.take(COUNT)]);
  assert.deepEqual(
    held.lines.map(({ message, requestId }) => [message, requestId]),
    Array.from({ length: COUNT }, (_, index) => [`r${index}`, `r${index}`]),
  );
  assert.ok(heldNaive.lines.some(({ message, requestId }) => message !== requestId));
});

test('as a format of the transport it prints what the call said too', async () => {
  const held = new HeldTransport({ format: logFormat() });
  const logger = withLogFields(createLogger({ transports: [held] }));
  for (let index = 0; index < COUNT; index++) withRequestScope({ id: `r${index}` }, () => logger.info(`r${index}`));
  await held.take(COUNT);
  assert.equal(held.lines.length, COUNT);
  for (const { message, requestId } of held.lines) assert.equal(requestId, message);
});

test('an object or an error that many requests log is not changed, and has the fields of each', async () => {
  const held = new HeldTransport();
  const logger = withLogFields(
    createLogger({ format: format.combine(logFormat(), format.errors({ stack: true })), transports: [held] }),
  );
  const shared = { level: 'info', message: 'started' };
  const error = new TypeError('broken');
  for (let index = 0; index < COUNT; index++) {
    withRequestScope({ id: `r${index}` }, () => {
      logger.log(shared);
      logger.error(error);
    });
  }
  await held.take(2 * COUNT);
  assert.deepEqual(Object.keys(shared), ['level', 'message']);
  assert.ok(!('requestId' in error));
  const [starts, errors] = ['started', 'broken'].map((message) =>
    held.lines.filter((line) => line.message === message),
  );
  const expected = Array.from({ length: COUNT }, (_, index) => `r${index}`);
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

test('children, profilers, and what the line says itself', async () => {
  const held = new HeldTransport();
  const logger = createLogger({ format: logFormat(), defaultMeta: { part: 'shop' }, transports: [held] });
  const before = logger.child({ part: 'before' });
  withLogFields(logger);
  const after = logger.child({ part: 'after' });
  withRequestScope({ id: 'r1', path: '/cart' }, () => {
    logger.info('own', { path: 'mine' });
    before.info('child');
    after.child({ path: 'inner' }).info('grandchild');
    logger.startTimer().done({ message: 'timed' });
  });
  logger.info('outside');
  await held.take(5);
  const seen = held.lines.map(({ message, requestId, path, part }) => [message, requestId, path, part]);
  assert.deepEqual(seen, [
    ['own', 'r1', 'mine', 'shop'],
    ['child', 'r1', '/cart', 'shop'],
    ['grandchild', 'r1', 'inner', 'shop'],
    ['timed', 'r1', '/cart', undefined],
    ['outside', undefined, undefined, 'shop'],
  ]);
  assert.throws(() => withLogFields(after), /child logger.*Give the parent/);
});

test('a logger that was not given to withLogFields gets no fields, and one warning', async () => {
  const held = new HeldTransport();
  const logger = createLogger({ format: logFormat(), transports: [held] });
  const warned = once(process, 'warning');
  withRequestScope({ id: 'r1' }, () => {
    logger.info('one');
    logger.info('two');
  });
  const [warning] = await warned;
  assert.equal(warning.code, 'THROUGHLINE_LOG_FORMAT');
  assert.match(warning.message, /withLogFields\(logger\)/);
  await held.take(2);
  assert.deepEqual(
    held.lines.map(({ message, requestId }) => [message, requestId]),
    [
      ['one', undefined],
      ['two', undefined],
    ],
  );
});
