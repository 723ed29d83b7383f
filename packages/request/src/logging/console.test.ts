import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { withRequestScope } from '../scope/request-scope.js';
import { scopedConsole } from './console.js';

/** A console that prints into memory, and its lines. Those on stderr begin with `! `. */
function recordingConsole(): { target: Console; lines: string[] } {
  const lines: string[] = [];
  const stream = (prefix: string) =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        for (const line of text.slice(0, -1).split('\n')) lines.push(`${prefix}${line}`);
        done();
      },
    });
  return { target: new Console({ stdout: stream(''), stderr: stream('! '), ignoreErrors: false }), lines };
}

test('every printing method begins its lines with the prefix of the request', () => {
  const { target, lines } = recordingConsole();
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
  const prefix = '[r1 method=GET path=/cart] ';
  assert.deepEqual(lines, [
    `${prefix}ada has 3 of 'book'`,
    `${prefix}info`,
    `${prefix}debug`,
    `! ${prefix}warn`,
    `! ${prefix}error`,
    `${prefix}{ a: 1 }`,
    `${prefix}{ b: 2 }`,
    `! ${prefix}Assertion failed: asserted x`,
    `${prefix}steps: 1`,
    `${prefix}steps: 2`,
    `${prefix}steps: 1`,
    `${prefix}100% 50%%`,
    `${prefix}%%s`,
    prefix,
  ]);
});

test('each line of a table, of an error and of a text with line breaks has the prefix', () => {
  const { target, lines } = recordingConsole();
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

test('groups, counters and timers are separate for each request', async () => {
  const { target, lines } = recordingConsole();
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
    // Node emits a warning in a later turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', onWarning);
  }
  assert.deepEqual(warnings, []);
  for (const id of ['a', 'b']) {
    const ownLines = lines.filter((line) => line.startsWith(`[${id}] `)).map((line) => line.slice(4));
    assert.deepEqual(
      [...ownLines.slice(0, 4), ownLines.at(-1)],
      ['begins', '  in', '  side', '  default: 1', `${id} ends`],
    );
    assert.match(ownLines[4] ?? '', /^ {2}work: .*s so far$/);
    assert.match(ownLines[5] ?? '', /^ {2}work: .*s$/);
    assert.equal(ownLines.length, 7);
  }
  assert.equal(lines.at(-1), 'outside');
  assert.equal(lines.length, 15);
});

test('the stack of trace() begins at its caller', () => {
  const { target, lines } = recordingConsole();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1' }, function caller() {
    log.trace('of %s', 'this');
  });
  assert.equal(lines[0], '! [r1] Trace: of this');
  assert.match(lines[1] ?? '', /^! \[r1\] {5}at caller /);
  log.trace('outside');
  assert.ok(lines.includes('! Trace: outside'));
});

test('a field that could end the prefix is quoted', () => {
  const { target, lines } = recordingConsole();
  const log = scopedConsole(target);
  withRequestScope({ id: 'r1\n[r2]', path: '/a b] x' }, () => log.log('text'));
  assert.deepEqual(lines, [String.raw`["r1\n[r2]" path="/a b] x"] text`]);
});

test('no control character of the application reaches the output', () => {
  const { target, lines } = recordingConsole();
  const log = scopedConsole(target);
  class Named {}
  Object.defineProperty(Named, 'name', { value: 'a\x1b[2K' });
  withRequestScope({ id: 'r1', userId: 'a\x7f\x9b2K\u2028b' } as { id: string }, () => {
    log.log('up \x1b[1A\x1b[2K\x1b[31m', 'back\b', '\v\f\x7f\x85\x9b2K\0', 'tab\there');
    log.log('%s', '\x1b[8m');
    log.error(new Error('\x1b[1A'));
    log.log(new Named());
    log.count('\x1b');
    log.group('\x1b');
  });
  const prefix = String.raw`[r1 userId="a\u007f\u009b2K\u2028b"] `;
  assert.deepEqual(lines.slice(0, 2), [
    `${prefix}${String.raw`up \x1b[1A\x1b[2K\x1b[31m back\x08 \x0b\x0c\x7f\x85\x9b2K\x00`} tab\there`,
    `${prefix}${String.raw`\x1b[8m`}`,
  ]);
  assert.equal(lines[2], `! ${prefix}${String.raw`Error: \x1b[1A`}`);
  assert.doesNotMatch(lines.join('\n'), /[^\P{Cc}\t\n]/u);
  log.log('\x1b[31moutside');
  assert.equal(lines.at(-1), '\x1b[31moutside');
});

test('on a terminal, the colors of values are kept, and escape sequences in texts are not', async () => {
  const program = `
    import { inspect } from 'node:util';
    import { scopedConsole } from ${JSON.stringify(new URL('./console.js', import.meta.url))};
    import { withRequestScope } from ${JSON.stringify(new URL('../scope/request-scope.js', import.meta.url))};
    process.stdout.isTTY = true;
    process.stdout.hasColors = () => true;
    const values = [1, 'a', null, undefined, true, 2n, Symbol('s'), new Date(0), /a+(b|c)?/g, [1, () => 1], new Map([[1, { a: 1 }]])];
    const log = scopedConsole();
    withRequestScope({ id: 'r1' }, () => {
      for (const value of values) log.dir(value);
      log.log(values);
      log.log('\\x1b[31m', '\\x1b[8m %s', '\\x1b[1A');
      log.error(new Error('\\x1b[1A \\x1b[8m \\x9b8m'));
    });
    console.log(JSON.stringify(values.map((value) => inspect(value, { colors: true, customInspect: false }))));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errorOutput] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const lines = output.trimEnd().split('\n');
  const values: string[] = JSON.parse(lines.at(-1) ?? '');
  assert.deepEqual(
    lines.slice(0, values.length),
    values.map((value) => `[r1] ${value}`),
  );
  assert.ok(values.every((value) => value.includes('\x1b[')));
  assert.equal(lines.at(-2), String.raw`[r1] \x1b[31m \x1b[8m %s \x1b[1A`);
  assert.ok(errorOutput.startsWith(String.raw`[r1] Error: \x1b[1A \x1b[8m \x9b8m`), errorOutput);
});

test('each line is written with the method of its level, and outside of a request the arguments are unchanged', () => {
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
