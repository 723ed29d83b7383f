import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extract } from './extract.js';
import { propagationReport } from './report.js';
import { Propagated } from './values/propagated.js';

test('the number of warnings is limited, and everything is counted', async () => {
  const messages: string[] = [];
  const listener = ({ message }: Error) => messages.push(message);
  process.on('warning', listener);
  try {
    new Propagated('tenant', { maxLength: 1 });
    for (let index = 0; index < 1000; index++) {
      extract({ baggage: 'tenant=acme' }, { trust: true, from: `${'x'.repeat(200)} ${index}` });
      extract({ baggage: 'tenant=acme' }, { trust: true, from: `client ${index}` });
    }
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', listener);
  }
  assert.equal(messages.length, 102);
  assert.match(messages[0] ?? '', /^The value "tenant" from "x{100}" was dropped: it is longer than its maxLength\.$/);
  assert.match(messages.at(-1) ?? '', /^Further values that are dropped are only counted/);
  assert.deepEqual(propagationReport(), { dropped: 2000, reasons: { 'too-long': 2000 }, values: { tenant: 2000 } });
});

test('where there is no process, warnings go to the console', (context) => {
  const { process } = globalThis;
  const warn = context.mock.method(console, 'warn', () => {});
  Reflect.deleteProperty(globalThis, 'process');
  try {
    new Function(
      'Propagated',
      `[new Propagated('hot', { version: 1 }),\n new Propagated('hot', { version: 2 })]\n//# sourceURL=/app/hot.js`,
    )(Propagated);
  } finally {
    globalThis.process = process;
  }
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /^PropagationWarning: The value "hot" was declared again/);
});
