/** The compiler checks the types when it compiles this file. Running the file shows that it was compiled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeepReadonly, type Session, type SessionValues, session } from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import { type SessionOptions, sessions } from '@throughline/request/sessions';
import { expectTypeOf } from 'expect-type';
import { fastify } from 'fastify';

interface Shop {
  user: string;
  cart: string[];
  visits: number;
}

test('without declared values, a session accepts every key and value', () => {
  const use = () => {
    session().update('cart', (cart = []) => [...cart, 'book']);
    session().update('visits', (visits = 0) => visits + 1);
    session().update('theme', () => undefined);
    session().set('user', 'ada');
    session().delete('user');
    const visits: number = session().get('visits') ?? 0;
    return visits;
  };
  assert.equal(typeof use, 'function');
  expectTypeOf<SessionValues[string]>().toBeAny();
  expectTypeOf(session).returns.toExtend<Session>();
});

test('with a type argument, a session accepts the declared keys and values', () => {
  const use = () => {
    const shop = session<Shop>();
    expectTypeOf(shop.get('cart')).toEqualTypeOf<DeepReadonly<string[]> | undefined>();
    shop.update('cart', (cart = []) => {
      expectTypeOf(cart).toEqualTypeOf<readonly string[]>();
      return [...cart, 'book'];
    });
    shop.update('visits', (visits = 0) => visits + 1);
    // @ts-expect-error the key is not declared
    shop.get('card');
    // @ts-expect-error the value is not a string
    shop.update('cart', (cart = []) => [...cart, 5]);
    // @ts-expect-error the value is not a number
    shop.set('visits', '1');
    // @ts-expect-error the value is frozen
    shop.get('cart')?.push('book');
  };
  assert.equal(typeof use, 'function');
});

test('an option can be undefined, such as an environment variable that is not set', () => {
  const use = () => {
    sessions({ secret: process.env.SESSION_SECRET });
    sessions({ secret: [process.env.SESSION_SECRET, process.env.OLD_SESSION_SECRET] });
    const options = { secret: process.env.SESSION_SECRET, store: undefined, idleTimeout: undefined } as const;
    sessions({ ...options, cookie: { domain: process.env.COOKIE_DOMAIN } });
    // @ts-expect-error the secret is missing
    sessions({});
    // @ts-expect-error a secret is a string
    sessions({ secret: 5 });
    return fastify().register(requestScope, { deadline: undefined, session: undefined });
  };
  assert.equal(typeof use, 'function');
  expectTypeOf<SessionOptions['secret']>().extract<string>().toEqualTypeOf<string>();
});
