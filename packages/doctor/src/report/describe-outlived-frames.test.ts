import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { OutlivedFrames } from '../runtime/outlived-frames.js';
import { describeOutlivedFrames } from './describe-outlived-frames.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
after(() => rmSync(folder, { recursive: true }));

const storage = Object.assign(new AsyncLocalStorage(), { name: 'requests' });
const other = Object.assign(new AsyncLocalStorage(), { name: 'tenants' });
let count = 0;

/** Frames that the code after `@` in a file holds. */
function framesOf(code: string, given: Partial<OutlivedFrames> = {}): OutlivedFrames {
  const file = join(folder, `${++count}.mjs`);
  writeFileSync(file, code.replace('@', ''));
  return {
    kind: 'interval',
    stack: [
      { file: 'node:timers', line: 1, column: 1, isAsync: false },
      { file, line: 1, column: code.indexOf('@') + 1, isAsync: false },
    ],
    flow: 7,
    heldFor: 250_000,
    values: [{ storage, size: 'object with 2 properties' }],
    flows: new Set([{ number: 7, endedAt: 1 }]),
    ...given,
  };
}

test('a finding names the value, the flow, what holds it and for how long, and has a line to paste', () => {
  const { message, places, remedy, severity } = describeOutlivedFrames(
    framesOf('x = @setInterval(() => poll(a[0]), 5);'),
  );
  assert.equal(message, 'the value of `requests` of flow 7 is still held by setInterval() 4 min after the flow ended');
  assert.equal(places[0]?.note, 'made in the flow, and holds requests (object with 2 properties)');
  assert.equal(remedy.code, 'x = requests.exit(() => setInterval(() => poll(a[0]), 5));');
  assert.equal(remedy.text, 'call clearInterval() when the flow ends, or make it outside of the flow');
  assert.equal(severity, 'held');
});

test('times are as exact as a person needs them', () => {
  for (const [heldFor, text] of [
    [20.4, '20 ms'],
    [2340, '2.3 s'],
    [59_900, '59 s'],
    [7_300_000, '121 min'],
  ] as const) {
    assert.match(
      describeOutlivedFrames(framesOf('@a()', { heldFor })).message,
      new RegExp(` ${text} after the flow ended$`),
    );
  }
});

test('several values are left one after the other', () => {
  const values = [storage, other].map((held) => ({ storage: held, size: 'null' }));
  const { message, remedy } = describeOutlivedFrames(framesOf('await net.@connect(1);', { kind: 'socket', values }));
  assert.match(message, /^2 values of flow 7 are still held by a socket 4 min after/);
  assert.equal(remedy.code, 'await requests.exit(() => tenants.exit(() => net.connect(1)));');
  assert.equal(remedy.text, 'close the socket when the flow ends, or make it outside of the flow');
});

test('a call that ends in a later line has two lines to change, and one that is not parsed has none', () => {
  const { remedy } = describeOutlivedFrames(framesOf('@setInterval(() => {\n}, 5);'));
  assert.equal(remedy.code, 'requests.exit(() => setInterval(() => {');
  assert.deepEqual(
    remedy.otherLines?.map(({ line, code }) => [line, code]),
    [[2, '}, 5));']],
  );
  assert.equal(describeOutlivedFrames(framesOf('@setInterval(() => {')).remedy.code, null);
  assert.equal(describeOutlivedFrames(framesOf('@reply;', { kind: 'promise' })).remedy.code, null);
  assert.equal(describeOutlivedFrames(framesOf('@bind(f)', { kind: 'bound function' })).remedy.code, null);
});

test('a method of a result is called outside of the flow with its receiver', () => {
  const { remedy } = describeOutlivedFrames(framesOf('list.push(interval(1000).@subscribe());'));
  assert.equal(remedy.code, 'list.push(requests.exit(() => interval(1000).subscribe()));');
});

test('what a package holds is information, unless it makes an interval in each flow', () => {
  const inPackage = { file: join(folder, 'node_modules/pool/index.js'), line: 1, column: 1, isAsync: false };
  const severityOf = (given: Partial<OutlivedFrames>) => describeOutlivedFrames(framesOf('@a()', given)).severity;
  const flows = new Set([1, 2, 3].map((number) => ({ number, endedAt: 1 })));
  assert.equal(severityOf({ stack: [inPackage] }), 'kept');
  assert.equal(severityOf({ stack: [inPackage], flows }), 'held');
  assert.equal(severityOf({ stack: [inPackage], kind: 'socket', flows }), 'kept');
  const { stack } = framesOf('@get(url)');
  const agent = { file: 'node:_http_agent', line: 1, column: 1, isAsync: false };
  assert.equal(severityOf({ stack: [agent, ...stack], kind: 'socket' }), 'kept');
});
