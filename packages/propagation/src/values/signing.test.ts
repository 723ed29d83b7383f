import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { extract } from '../extract.js';
import { inject } from '../inject.js';
import { propagationReport } from '../report.js';
import { shared } from '../shared-state.js';
import { Propagated } from './propagated.js';
import { type SigningKey, setSigningKeys } from './signing.js';

const tenant = new Propagated<string>('tenant', { sign: true });
const user = new Propagated<string>('user', { sign: { maxAge: 60_000 }, version: 2 });
const internal = new Propagated<string>('internal', { sign: true, trust: false });
const ofQueue = new Propagated<string>('of-queue', { sign: true, trust: ['queue'] });

const one = { id: 'k1', secret: 'the first secret has 32 characters' };
const two = { id: 'k2', secret: 'the second secret has 33 characters' };

const baggageOf = (value: Propagated<string>, text: string) =>
  String(value.run(text, () => inject({} as { baggage?: string })).baggage);
const read = (value: Propagated<string>, baggage: string, options = {}) => extract({ baggage }, options).get(value);

test('without a key, sending is an error and nothing is believed', () => {
  assert.throws(() => baggageOf(tenant, 'acme'), {
    code: 'ERR_NO_SIGNING_KEY',
    message: /"tenant".*setSigningKeys\(\)/,
  });
  assert.equal(read(tenant, 'tenant=acme;t=1;s=k1.x', { trust: true }), undefined);
});

test('a signature is HMAC-SHA-256 of the name, the version, the time and the text', () => {
  setSigningKeys([one]);
  const [entry = '', time = '', signature = ''] = baggageOf(user, 'a b').split(/;t=|;s=/);
  assert.equal(entry, 'user=a%20b;v=2');
  assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 60);
  const hash = createHmac('sha256', one.secret).update(`throughline-propagation-1\nuser\n2\n${time}\na b`);
  assert.equal(signature, `k1.${hash.digest('base64url')}`);
});

test('a value with a valid signature is believed without trust, unless its declaration says otherwise', () => {
  setSigningKeys([one]);
  assert.equal(read(tenant, baggageOf(tenant, 'acme')), 'acme');
  assert.equal(read(user, baggageOf(user, '😀')), '😀');
  assert.equal(read(internal, baggageOf(internal, 'x'), { trust: true }), undefined);
  assert.equal(read(ofQueue, baggageOf(ofQueue, 'x')), undefined);
  assert.equal(read(ofQueue, baggageOf(ofQueue, 'x'), { from: 'queue' }), 'x');
});

test('a value whose signature is missing or belongs to anything else is dropped, also where it is trusted', () => {
  setSigningKeys([one]);
  const baggage = baggageOf(tenant, 'acme');
  const ofUser = baggageOf(user, 'acme');
  const [, time, signature] = /;t=(\d+);s=(.*)$/.exec(baggage) ?? [];
  const forged = [
    'tenant=acme',
    `tenant=acme;t=${time}`,
    `tenant=acme;s=${signature}`,
    baggage.replace('acme', 'evil'),
    baggage.replace(`t=${time}`, `t=${Number(time) + 1}`),
    baggage.replace(`t=${time}`, `t=+${time}`),
    baggage.replace(';t=', ';v=2;t='),
    baggage.replace('s=k1.', 's=k2.'),
    baggage.replace('s=k1.', 's='),
    baggage.replace('s=k1.', 's=.'),
    `${baggage}A`,
    baggage.slice(0, -1),
    ofUser.replace('user=', 'tenant='),
    ofUser.replace('user=', 'tenant=').replace(';v=2', ''),
  ];
  const before = propagationReport().dropped;
  for (const text of forged) assert.equal(read(tenant, text, { trust: true }), undefined, text);
  assert.equal(propagationReport().dropped - before, forged.length);
});

test('signed values that others have written in a shorter form make no inject() of the receiver throw', () => {
  setSigningKeys([one]);
  const parts = Array.from({ length: 3 }, (_, index) => new Propagated<string>(`signed-${index}`, { sign: true }));
  const text = `a${' '.repeat(1200)}z`;
  const baggage = parts.map((part) => baggageOf(part, text).replaceAll('%20', ' ')).join(',');
  extract({ baggage }).run(() => {
    const { baggage: sent = '' } = inject({} as { baggage?: string });
    assert.deepEqual(
      parts.map((part) => part.get()),
      [text, text, undefined],
    );
    assert.ok(sent.length > 7000);
  });
});

test('keys are replaced in three steps, and no message is lost in between', () => {
  const steps: (readonly SigningKey[])[] = [[one], [one, two], [two, one], [two]];
  for (const [index, keys] of steps.entries()) {
    setSigningKeys(keys);
    const sent = baggageOf(tenant, 'acme');
    for (const other of steps.slice(Math.max(0, index - 1), index + 2)) {
      setSigningKeys(other);
      assert.equal(read(tenant, sent), 'acme', `sent in step ${index}`);
    }
  }
  setSigningKeys([one]);
  const old = baggageOf(tenant, 'acme');
  setSigningKeys([two]);
  assert.equal(read(tenant, old), undefined);
});

test('a signature is accepted up to its maxAge', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000_000_000 });
  setSigningKeys([one]);
  const [ofTenant, ofUser] = [baggageOf(tenant, 'acme'), baggageOf(user, 'ada')];
  context.mock.timers.setTime(1_000_000_060_000);
  assert.deepEqual([read(tenant, ofTenant), read(user, ofUser)], ['acme', 'ada']);
  context.mock.timers.setTime(1_000_000_060_001);
  assert.deepEqual([read(tenant, ofTenant), read(user, ofUser)], ['acme', undefined]);
  // A clock that was years ahead must not make a signature that is valid for years.
  context.mock.timers.setTime(999_999_940_000);
  assert.deepEqual([read(tenant, ofTenant), read(user, ofUser)], ['acme', 'ada']);
  context.mock.timers.setTime(999_999_939_999);
  assert.deepEqual([read(tenant, ofTenant), read(user, ofUser)], ['acme', undefined]);
});

test('without node:crypto, the signatures are the same', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000_000_000 });
  for (const secret of [one.secret, 'ä secret with letters that take two bytes', new Uint8Array(100).fill(7)]) {
    const sign = () => {
      setSigningKeys([{ id: 'k1', secret }]);
      return ['a', 'ä', '😀', 'x'.repeat(1000)].map((text) => baggageOf(tenant, text));
    };
    const signed = sign();
    const getBuiltinModule = context.mock.method(process, 'getBuiltinModule', () => undefined);
    assert.deepEqual(sign(), signed);
    assert.equal(getBuiltinModule.mock.callCount(), 1);
    for (const baggage of signed) assert.notEqual(read(tenant, baggage), undefined);
    getBuiltinModule.mock.restore();
  }
});

test('the bytes of a secret may be overwritten once the key is set', () => {
  const secret = new Uint8Array(32).fill(7);
  setSigningKeys([{ id: 'k1', secret }]);
  const baggage = baggageOf(tenant, 'acme');
  secret.fill(0);
  assert.equal(read(tenant, baggage), 'acme');
});

test('invalid keys are an error', () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /keys must be an array/],
    [[], /keys is empty/],
    [['secret'], /must be an object/],
    [[{ ...one, scret: 1 }], /no option "scret"/],
    [[{ ...one, id: 'a.b' }], /id of a key must be 1 to 32/],
    [[one, one], /Two keys have the id "k1"/],
    [[{ id: 'k1', secret: 'short' }], /"k1" is shorter than 32 bytes/],
    [[{ id: 'k1', secret: new Uint8Array(31) }], /shorter than 32 bytes/],
    [[{ id: 'k1', secret: 5 }], /must be a string or bytes/],
    [[{ id: 'k1', secret: undefined }], /"k1" must be a string or bytes, not undefined/],
  ];
  const { signer } = shared;
  for (const [keys, message] of cases) {
    assert.throws(
      () => setSigningKeys(keys as never),
      (error: Error) => message.test(error.message) && !error.message.includes('short,'),
    );
  }
  assert.equal(shared.signer, signer);
  assert.doesNotThrow(() => setSigningKeys([{ id: 'k1', secret: new Uint8Array(32) }]));
});
