import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { SECRET } from './sessions/session-server.js';

/** What a JavaScript program can pass as options, and a part of the error. */
const invalidOptions: [options: unknown, message: RegExp][] = [
  [undefined, /sessions\(\) needs an object with options, not undefined/],
  [SECRET, /sessions\(\) needs an object with options, not a string/],
  [null, /not null/],
  ['x', /not a string/],
  [{ secret: SECRET, idleTimeOut: 1000 }, /no option "idleTimeOut"\. Did you mean "idleTimeout"\?/],
  [{ secret: SECRET, ttl: 1000 }, /"idleTimeout"/],
  [{ secret: SECRET, sekret: SECRET }, /Did you mean "secret"\?/],
  [{ secret: SECRET, Store: new Map() }, /Did you mean "store"\?/],
  [{ secret: SECRET, trustedOrigin: [] }, /Did you mean "trustedOrigins"\?/],
  [{ secret: SECRET, cookie: { maxAge: 1000 } }, /`cookie` of sessions\(\) has no option "maxAge"\. .*"idleTimeout"/],
  [{ secret: SECRET, cookie: { samesite: 'lax' } }, /Did you mean "sameSite"\?/],
  [{ secret: SECRET, cookie: { httpOnly: false } }, /always HttpOnly/],
  [{ secret: SECRET, cookie: null }, /`cookie` of sessions\(\) needs an object with options, not null/],
  [{ secret: SECRET, cookie: 'sid' }, /not a string/],
  [{ secret: SECRET, cookie: { name: 1 } }, /cookie\.name must be a valid cookie name, not the number 1/],
  [{ secret: SECRET, cookie: { secure: 'auto' } }, /cookie\.secure must be true or false, not "auto"/],
  [{ secret: SECRET, cookie: { domain: null } }, /cookie\.domain/],
  [{ secret: SECRET, store: 1 }, /store must be a Keyv, an adapter of Keyv or a Map, not the number 1/],
  [{ secret: SECRET, store: null }, /not null.*omit it/],
  [{ secret: SECRET, store: {} }, /not an object of the class Object/],
  [{ secret: SECRET, store: 'redis://:password@localhost' }, /^(?!.*password).*not a string/],
  [{ secret: SECRET, store: class Store {} }, /not a function/],
  [{ secret: SECRET, idleTimeout: 1e300 }, /idleTimeout must be at most 3155760000000 milliseconds, not 1e\+300/],
  [{ secret: SECRET, absoluteTimeout: Number.POSITIVE_INFINITY }, /absoluteTimeout must be at most/],
  [{ secret: SECRET, idleTimeout: Number.NaN }, /idleTimeout must be a number of milliseconds above 0, not NaN/],
  [{ secret: SECRET, idleTimeout: null }, /not null/],
  [{ secret: SECRET, storeTimeout: '5s' }, /storeTimeout must be a number/],
  [{ secret: SECRET, maxSize: 0 }, /maxSize must be a whole number above 0, not 0/],
  [{ secret: SECRET, maxSessions: 1.5 }, /maxSessions must be a whole number above 0, not 1\.5/],
  [{ secret: SECRET, name: '' }, /name must have 1 to 64/],
  [{ secret: SECRET, name: 'a b' }, /name must have 1 to 64.*not be "a b"/],
  [{ secret: SECRET, name: 7 }, /the number 7/],
  [{ secret: SECRET, log: true }, /log must be an object with the methods warn and error/],
  [{ secret: SECRET, log: { warn() {} } }, /log must be/],
  [{ secret: SECRET, trustedOrigins: 'https://example.com' }, /must be an array of origins/],
  [{ secret: SECRET, trustedOrigins: ['https://example.com/'] }, /write "https:\/\/example\.com"/],
  [{ secret: SECRET, trustedOrigins: ['example.com'] }, /must have origins such as/],
  [{ secret: SECRET, trustedOrigins: ['null'] }, /must have origins such as/],
  [{ secret: SECRET, trustedOrigins: [1] }, /must have origins such as/],
  [{ secret: 's'.repeat(32) }, /different characters/],
  [{ secret: 'ab'.repeat(32) }, /different characters/],
  [{ secret: [SECRET, 's'.repeat(40)] }, /secret\[1\].*different characters/],
  [{ secret: undefined }, /undefined.*environment variable/],
];

test('options that do not exist or have an invalid value are ERR_INVALID_OPTION', () => {
  for (const [options, message] of invalidOptions) {
    assert.throws(
      () => sessions(options as Parameters<typeof sessions>[0]),
      { code: 'ERR_INVALID_OPTION', message },
      JSON.stringify(options),
    );
  }
});

test('an option with the value undefined has its default', () => {
  sessions({
    secret: SECRET,
    store: new Map(),
    name: undefined,
    cookie: undefined,
    trustedOrigins: undefined,
    idleTimeout: undefined,
    absoluteTimeout: undefined,
    maxSize: undefined,
    maxSessions: undefined,
    storeTimeout: undefined,
    log: undefined,
  });
  for (const secret of ['01234567890123456789012345678901', crypto.randomUUID()])
    sessions({ secret, store: new Map() });
});

test('`session` of an adapter must come from sessions()', () => {
  for (const session of [{ secret: SECRET }, SECRET, true, null, sessions]) {
    assert.throws(() => requestScope(() => {}, { session } as object), {
      code: 'ERR_INVALID_OPTION',
      message: /session: sessions\(\{ secret \}\)/,
    });
  }
});
