import assert from 'node:assert/strict';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { scopedConsole } from './console.js';
import { withRequestScope } from './scope.js';

/** A console on memory, and the lines that it has printed. */
function recording(): { target: Console; lines: string[] } {
  const lines: string[] = [];
  const stream = (mark: string) =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        for (const line of text.slice(0, -1).split('\n')) lines.push(`${mark}${line}`);
        done();
      },
    });
  return { target: new Console({ stdout: stream(''), stderr: stream('! '), ignoreErrors: false }), lines };
}

test('every printing method begins its lines with the request', () => {
  const { target, lines } = recording();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1', method: 'GET', path: '/cart' }, () => {
    log.log('%s has %d of %o', 'ada', 3, 'book');
    log.info('info');
    log.debug('debug');
    log.warn('warn');
    log.error('error');
    log.dir({ a: 1 });
    log.dirxml({ b: 2 });
    log.assert(true, 'not printed');
    log.assert(false, 'asserted %s', 'x');
    log.count('steps');
    log.count('steps');
    log.countReset('steps');
    log.count('steps');
    log.log('100%', '50%%');
    log.log('%%s');
    log.log();
  });
  const own = '[r1 method=GET path=/cart] ';
  assert.deepEqual(lines, [
    `${own}ada has 3 of 'book'`,
    `${own}info`,
    `${own}debug`,
    `! ${own}warn`,
    `! ${own}error`,
    `${own}{ a: 1 }`,
    `${own}{ b: 2 }`,
    `! ${own}Assertion failed: asserted x`,
    `${own}steps: 1`,
    `${own}steps: 2`,
    `${own}steps: 1`,
    `${own}100% 50%%`,
    `${own}%%s`,
    own,
  ]);
});

test('each line of a table, of an error and of a text with line breaks has the prefix', () => {
  const { target, lines } = recording();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1' }, () => {
    log.table([{ item: 'book', price: 3 }]);
    log.error(new Error('first\nsecond'));
    log.log('one\ntwo\r\nthree\rfour\u2028[r2] forged');
  });
  assert.ok(lines.length > 8, `too few lines: ${lines.join('\n')}`);
  for (const line of lines) assert.match(line, /^(! )?\[r1\] /);
  assert.ok(lines.some((line) => line.includes('│ book') || line.includes("│ 'book'")));
  assert.ok(lines.at(-1)?.endsWith('three\r[r1] four\u2028[r1] [r2] forged'));
});

test('groups, counters and timers are the own ones of each request', async () => {
  const { target, lines } = recording();
  const log = scopedConsole(target);
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  try {
    const request = async (id: string) => {
      log.group('begins');
      log.time('work');
      await null;
      log.log('in\nside');
      log.count();
      await null;
      log.timeLog('work', 'so far');
      log.timeEnd('work');
      log.groupEnd();
      log.log(`${id} ends`);
    };
    await Promise.all(['a', 'b'].map((id) => withRequestScope({ id }, () => request(id))));
    log.log('outside');
    // A warning is emitted in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', onWarning);
  }
  assert.deepEqual(warnings, []);
  for (const id of ['a', 'b']) {
    const own = lines.filter((line) => line.startsWith(`[${id}] `)).map((line) => line.slice(4));
    assert.deepEqual([...own.slice(0, 4), own.at(-1)], ['begins', '  in', '  side', '  default: 1', `${id} ends`]);
    assert.match(own[4] ?? '', /^ {2}work: .*s so far$/);
    assert.match(own[5] ?? '', /^ {2}work: .*s$/);
    assert.equal(own.length, 7);
  }
  assert.equal(lines.at(-1), 'outside');
  assert.equal(lines.length, 15);
});

test('a stack begins where trace was called', () => {
  const { target, lines } = recording();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1' }, function here() {
    log.trace('of %s', 'this');
  });
  assert.equal(lines[0], '! [r1] Trace: of this');
  assert.match(lines[1] ?? '', /^! \[r1\] {5}at here /);
  log.trace('outside');
  assert.ok(lines.includes('! Trace: outside'));
});

test('a field that could end the prefix is quoted', () => {
  const { target, lines } = recording();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1\n[r2]', path: '/a b] x' }, () => log.log('text'));
  assert.deepEqual(lines, [String.raw`["r1\n[r2]" path="/a b] x"] text`]);
});

test('each line goes to the method of the same level, and outside of a request nothing changes', () => {
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...args: unknown[]) =>
      calls.push([name, ...args]);
  const target = Object.assign(Object.create(console), {
    log: record('log'),
    info: record('info'),
    debug: record('debug'),
    warn: record('warn'),
    error: record('error'),
    clear: record('clear'),
  });
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1' }, () => {
    for (const name of ['log', 'info', 'debug', 'warn', 'error'] as const) log[name]('%s', name);
    log.clear();
  });
  log.warn('%s', 'outside');
  assert.deepEqual(calls, [
    ['log', '[r1] log'],
    ['info', '[r1] info'],
    ['debug', '[r1] debug'],
    ['warn', '[r1] warn'],
    ['error', '[r1] error'],
    ['clear'],
    ['warn', '%s', 'outside'],
  ]);
});
