/**
 * Loads two copies of this package, and sends and receives with each. The test runs this program in a process of its own,
 * because the copy that is loaded first creates what both share. Arguments: the paths of the copies.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { logFields } from '@throughline/request';
import type * as Propagation from './copied-exports.js';

type Copy = typeof Propagation;

const load = async (path: string): Promise<Copy> =>
  path.endsWith('.cjs') ? createRequire(import.meta.url)(path) : import(pathToFileURL(path).href);

const [firstPath = '', secondPath = ''] = process.argv.slice(2);
const first = await load(firstPath);
const second = await load(secondPath);
assert.notEqual(first.inject, second.inject, 'these are two copies');

first.setSigningKeys([{ id: 'k1', secret: 'a secret that both copies must know' }]);
for (const [one, other] of [
  [first, second],
  [second, first],
] as const) {
  // Each copy declares values, and both declare one of them.
  const [own, theirs] = [
    new one.Propagated<string>('own', { log: true }),
    new other.Propagated<string>('own', { log: true }),
  ];
  const signed = new other.Propagated<string>('signed', { sign: true });
  await own.run('a', async () => {
    await null;
    assert.equal(theirs.get(), 'a');
    assert.deepEqual(logFields(), { own: 'a' });
    signed.run('b', () => {
      one.withDeadline(5000, () => {
        assert.ok(Number(other.currentDeadline()?.remaining) > 0);
        const carrier = one.inject({});
        const received = other.extract(carrier, { trust: true, scope: false });
        assert.equal(received.get(theirs), 'a');
        received.run(() => assert.deepEqual([own.get(), signed.get()], ['a', 'b']));
        one
          .extract({}, { scope: false })
          .run(() => assert.deepEqual([own.get(), theirs.get(), signed.get()], [undefined, undefined, undefined]));
      });
    });
  });
  one.extract({ baggage: 'own=%' }, { trust: true });
  assert.deepEqual(other.propagationReport(), one.propagationReport());
}
assert.equal(first.propagationReport().dropped, 2);
console.log('done');
