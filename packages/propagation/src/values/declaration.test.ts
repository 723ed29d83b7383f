import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { declare, type PropagatedOptions } from './declaration.js';

const decode = <T>(options: PropagatedOptions<T>, text: string, version = 1) =>
  declare('value', options, undefined).decode(text, version);

const schemaOf = (validate: StandardSchemaV1<unknown, unknown>['~standard']['validate']) => ({
  '~standard': { version: 1 as const, vendor: 'test', validate },
});

test('a schema validates and converts what arrives', () => {
  assert.equal(decode({ schema: z.string().max(4) }, 'acme'), 'acme');
  assert.throws(() => decode({ schema: z.string().max(3) }, 'acme'), { reason: 'invalid' });
  assert.throws(() => decode({ schema: z.number() }, 'acme'), { reason: 'invalid' });
  assert.deepEqual(decode({ schema: z.coerce.date() }, '2026-01-02T00:00:00.000Z'), new Date('2026-01-02'));
  assert.deepEqual(decode({ schema: z.object({ id: z.number() }) }, '{"id":5,"admin":true}'), { id: 5 });
});

test('a number or a literal of another library is a string where the schema asks for one', () => {
  assert.equal(decode({ schema: z.string() }, '42'), '42');
  assert.equal(decode({ schema: z.string() }, 'true'), 'true');
  assert.equal(decode({ schema: z.number() }, '42'), 42);
  assert.equal(decode({ schema: z.union([z.string(), z.number()]) }, '42'), 42);
  assert.equal(decode({ schema: z.string() }, '"42"'), '42');
  for (const text of ['[1]', '{"a":1}'])
    assert.throws(() => decode({ schema: z.string() }, text), { reason: 'invalid' });
});

test('a schema that throws makes the value invalid, and its error is not repeated', () => {
  const schema = schemaOf(() => {
    throw new Error('secret');
  });
  assert.throws(() => decode({ schema }, 'acme'), { reason: 'invalid', message: 'the schema threw' });
});

test('a schema that validates asynchronously is an error where it is declared, or makes the value invalid', async () => {
  const always = schemaOf(async (value) => ({ value }));
  assert.throws(() => declare('value', { schema: always }, undefined), {
    code: 'ERR_INVALID_ARG_VALUE',
    message: /validates asynchronously/,
  });
  const rejecting = schemaOf((value) =>
    value === undefined ? { issues: [] } : Promise.reject(new Error('nothing else handles this rejection')),
  );
  for (const schema of [rejecting, z.string().refine(async () => true)]) {
    assert.throws(() => decode({ schema }, 'acme'), { reason: 'invalid', message: /must validate synchronously/ });
  }
  // An unhandled rejection would fail the test.
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a codec encodes and decodes any text', () => {
  const codec = {
    encode: (value: { id: number }) => `#${value.id}`,
    decode(text: string) {
      if (!/^#\d+$/.test(text)) throw new Error('not an id');
      return { id: Number(text.slice(1)) };
    },
  };
  assert.equal(declare('value', { codec }, undefined).encode({ id: 5 }), '#5');
  assert.deepEqual(decode({ codec }, '#5'), { id: 5 });
  assert.throws(() => decode({ codec }, '5'), { reason: 'invalid', message: 'codec.decode() threw' });
  const wrong = { encode: () => 5 as never, decode: String };
  assert.throws(() => declare('value', { codec: wrong }, undefined).encode('a'), {
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'new Propagated("value"): the result of codec.encode() must be a string, not the number 5.',
  });
});

test('another version is converted by migrate() and then validated, or dropped', () => {
  const schema = z.object({ id: z.string() });
  assert.throws(() => decode({ schema, version: 2 }, '{"id":"5"}', 1), {
    reason: 'version',
    message: /version 1.*version 2/,
  });
  const migrate = (value: unknown, from: number) => (from === 1 ? { id: String(value) } : undefined);
  assert.deepEqual(decode({ schema, version: 2, migrate }, '5', 1), { id: '5' });
  assert.deepEqual(decode({ schema, version: 2, migrate }, '{"id":"5"}', 2), { id: '5' });
  assert.throws(() => decode({ schema, version: 2, migrate }, '{"id":"5"}', 3), { reason: 'version' });
  assert.throws(() => decode({ schema, version: 2, migrate: () => 5 }, '5', 1), { reason: 'invalid' });
  const throwing = () => {
    throw new Error('secret');
  };
  assert.throws(() => decode({ schema, version: 2, migrate: throwing }, '5', 1), {
    reason: 'invalid',
    message: 'migrate() threw',
  });
  const codec = { encode: String, decode: String };
  assert.equal(decode({ codec, version: 2, migrate: (text, from) => `${text} of ${from}` }, 'a', 1), 'a of 1');
});

test('an invalid name or option is an error that says what is expected', () => {
  const cases: [string, object, string, RegExp][] = [
    ['', {}, 'ERR_INVALID_ARG_VALUE', /1 to 128 letters/],
    ['a b', {}, 'ERR_INVALID_ARG_VALUE', /"a b" cannot be the name/],
    ['a%41', {}, 'ERR_INVALID_ARG_VALUE', /cannot be the name/],
    ['é', {}, 'ERR_INVALID_ARG_VALUE', /cannot be the name/],
    ['traceparent', {}, 'ERR_INVALID_ARG_VALUE', /is not one of baggage, deadline/],
    ['__proto__', {}, 'ERR_INVALID_ARG_VALUE', /cannot be the name/],
    [5 as never, {}, 'ERR_INVALID_ARG_TYPE', /must be a string, not the number 5/],
    ['a', { truts: true }, 'ERR_INVALID_ARG_VALUE', /no option "truts"\. Did you mean "trust"\?/],
    ['a', { schema: {} }, 'ERR_INVALID_ARG_TYPE', /Standard Schema/],
    [
      'a',
      { schema: z.string(), codec: { encode: String, decode: String } },
      'ERR_INVALID_ARG_VALUE',
      /omit the schema/,
    ],
    ['a', { codec: { encode: String } }, 'ERR_INVALID_ARG_TYPE', /codec\.decode must be a function/],
    ['a', { migrate: 5 }, 'ERR_INVALID_ARG_TYPE', /migrate must be a function/],
    ['a', { version: 0 }, 'ERR_INVALID_ARG_VALUE', /version must be an integer from 1/],
    ['a', { maxLength: 4097 }, 'ERR_INVALID_ARG_VALUE', /maxLength must be an integer from 1 to 4096/],
    ['a', { log: 5 }, 'ERR_INVALID_ARG_TYPE', /log must be true, false or/],
    ['a', { log: 'requestId' }, 'ERR_INVALID_ARG_VALUE', /"requestId" of a log line has another meaning/],
    ['path', { log: true }, 'ERR_INVALID_ARG_VALUE', /"path" of a log line/],
    ['a', { to: 'everywhere' }, 'ERR_INVALID_ARG_TYPE', /to must be a list/],
    ['a', { trust: 'me' }, 'ERR_INVALID_ARG_TYPE', /trust must be a list/],
    ['a', { sign: { maxAge: 0 } }, 'ERR_INVALID_ARG_VALUE', /sign\.maxAge must be a number/],
    ['a', { sign: { age: 5 } }, 'ERR_INVALID_ARG_VALUE', /no option "age"/],
    ['a', null as never, 'ERR_INVALID_ARG_TYPE', /must be an object, not null/],
  ];
  for (const [name, options, code, message] of cases) {
    assert.throws(() => declare(name, options, undefined), { code, message }, JSON.stringify([name, options]));
  }
});
