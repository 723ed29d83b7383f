/** The types of declared values follow from their options. */
import { test } from 'node:test';
import { extract, inject, Propagated } from '@throughline/propagation';
import { expectTypeOf } from 'expect-type';
import type { AsyncLocalStorage } from 'throughline';
import { z } from 'zod';

test('the type of a value is that of its schema, its codec or its default value', () => {
  const schema = z.object({ id: z.number(), since: z.coerce.date() });
  const user = new Propagated('types-user', { schema, redact: ({ id }) => id, to: ['queue'] });
  expectTypeOf(user.get()).toEqualTypeOf<{ id: number; since: Date } | undefined>();
  expectTypeOf(user.run({ id: 5, since: new Date() }, async () => 1)).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error: the value has another type.
  user.run({ id: '5' }, () => 1);

  const codec = { encode: (value: bigint) => String(value), decode: (text: string) => BigInt(text) };
  const order = new Propagated('types-order', { codec });
  expectTypeOf(order.get()).toEqualTypeOf<bigint | undefined>();

  const locale = new Propagated('types-locale', { schema: z.string(), defaultValue: 'en' });
  expectTypeOf(locale.get()).toEqualTypeOf<string>();
  expectTypeOf(locale.getStore()).toEqualTypeOf<string>();

  const tenant = new Propagated<string>('types-tenant');
  expectTypeOf(tenant.get()).toEqualTypeOf<string | undefined>();
  expectTypeOf(tenant).toExtend<AsyncLocalStorage<string>>();

  class Tenant extends Propagated<string> {}
  expectTypeOf(new Tenant('types-subclass').get()).toEqualTypeOf<string | undefined>();
});

test('inject() returns the carrier, and extract() the type of the value', () => {
  expectTypeOf(inject(new Headers())).toEqualTypeOf<Headers>();
  expectTypeOf(inject({ a: 1 })).toEqualTypeOf<{ a: number }>();
  const user = new Propagated('types-number', { schema: z.number(), defaultValue: 5 });
  expectTypeOf(extract({}).get(user)).toEqualTypeOf<number | undefined>();
  expectTypeOf(extract(undefined).run((a: number, b: string) => `${a}${b}`, 1, 'b')).toEqualTypeOf<string>();
  const list: string[] = [];
  inject(list, {
    set: (carrier, key, value) => expectTypeOf(carrier).toEqualTypeOf<string[]>() && carrier.push(key, value),
  });
});
