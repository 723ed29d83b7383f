import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serialize } from 'cookie';
import { sign } from 'cookie-signature';
import { newRandomId } from './random-id.js';
import { SessionCookie } from './session-cookie.js';

const OLD_SECRET = 'an old secret of thirty-two letters';
const NEW_SECRET = 'a new secret of thirty-two letters';

/** The header that a client sends for an id. */
function headerOf(cookie: SessionCookie, id: string, isSecure = false): string {
  return cookie.headerToSet(id, 60, isSecure).split(';')[0] ?? '';
}

/** The text with another character at an index. */
function withOtherCharacter(text: string, index: number): string {
  const other = text[index] === 'A' ? 'B' : 'A';
  return `${text.slice(0, index)}${other}${text.slice(index + 1)}`;
}

test('a cookie is the same as the package cookie would write it, with each attribute', () => {
  const id = newRandomId();
  for (const options of [
    {},
    { path: '/shop', sameSite: 'strict' },
    { domain: 'example.test', secure: true, sameSite: 'none' },
  ] as const) {
    const cookie = new SessionCookie([NEW_SECRET], 'sid', options);
    const value = sign(`sid.${id}`, NEW_SECRET).slice('sid.'.length);
    const attributes = { httpOnly: true, path: '/', sameSite: 'lax', secure: false, ...options } as const;
    assert.equal(cookie.headerToSet(id, 60, false), serialize('sid', value, { ...attributes, maxAge: 60 }));
    assert.equal(cookie.headerToRemove(false), serialize('sid', '', { ...attributes, maxAge: 0 }));
  }
});

test('after a cookie has been verified, each other text in its place is still invalid', () => {
  const cookie = new SessionCookie([NEW_SECRET], 'sid', {});
  const id = newRandomId();
  const header = headerOf(cookie, id);
  for (let turn = 0; turn < 2; turn++) assert.deepEqual(cookie.verify(header, false), [{ id, hasOldSignature: false }]);
  for (let index = 'sid='.length; index < header.length; index++) {
    assert.deepEqual(cookie.verify(withOtherCharacter(header, index), false), [], header);
  }
  for (const invalid of [header.slice(0, -1), `${header}A`, `x${header}`, header.slice(0, 36), header.toLowerCase()]) {
    assert.deepEqual(cookie.verify(invalid, false), [], invalid);
  }
  // Another form of the same value is valid, as before.
  const encoded = `sid=%${header.charCodeAt(4).toString(16)}${header.slice(5)}`;
  for (const same of [` ${header} `, encoded, `a=b; ${header}; c=d`, `${header};${header}`]) {
    assert.deepEqual(cookie.verify(same, false), [{ id, hasOldSignature: false }], same);
  }
});

test('a cookie that was verified over HTTP names no session over HTTPS, and the reverse', () => {
  const cookie = new SessionCookie([NEW_SECRET], 'sid', {});
  const id = newRandomId();
  const [plain, secure] = [headerOf(cookie, id), headerOf(cookie, id, true)];
  assert.equal(cookie.verify(plain, false).length, 1);
  assert.equal(cookie.verify(secure, true).length, 1);
  assert.deepEqual([cookie.verify(plain, true), cookie.verify(secure, false)], [[], []]);
});

test('a cookie with the old signature stays one, and is worthless once the old secret is removed', () => {
  const before = new SessionCookie([OLD_SECRET], 'sid', {});
  const during = new SessionCookie([NEW_SECRET, OLD_SECRET], 'sid', {});
  const after = new SessionCookie([NEW_SECRET], 'sid', {});
  const id = newRandomId();
  const old = headerOf(before, id);
  for (let turn = 0; turn < 2; turn++) {
    assert.deepEqual(during.verify(old, false), [{ id, hasOldSignature: true }]);
    assert.deepEqual(after.verify(old, false), []);
  }
  // The same id with the new signature is another cookie.
  const renewed = headerOf(during, id);
  assert.notEqual(renewed, old);
  assert.deepEqual(during.verify(renewed, false), [{ id, hasOldSignature: false }]);
  assert.deepEqual(during.verify(old, false), [{ id, hasOldSignature: true }]);
  assert.deepEqual(after.verify(renewed, false), [{ id, hasOldSignature: false }]);
});

test('a cookie of another application with the same secret is invalid, whichever of both has seen it first', () => {
  const shop = new SessionCookie([NEW_SECRET], 'shop', {});
  const admin = new SessionCookie([NEW_SECRET], 'admin', {});
  const header = headerOf(shop, newRandomId());
  for (let turn = 0; turn < 2; turn++) {
    assert.equal(shop.verify(header, false).length, 1);
    assert.deepEqual(admin.verify(header, false), []);
  }
});

test('cookies that were verified do not keep the whole headers in memory', () => {
  assert.ok(globalThis.gc, 'node --expose-gc');
  const cookie = new SessionCookie([NEW_SECRET], 'sid', {});
  const verifyLarge = (count: number) => {
    for (let i = 0; i < count; i++) {
      // A text that is one piece, as a header is that was read from a socket.
      const header = Buffer.from(`${headerOf(cookie, newRandomId())}; other=${'x'.repeat(100_000)}`).toString('latin1');
      assert.equal(cookie.verify(header, false).length, 1);
    }
  };
  verifyLarge(10);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  verifyLarge(300);
  globalThis.gc();
  const growth = process.memoryUsage().heapUsed - before;
  assert.ok(growth < 5_000_000, `${growth}`);
});

test('one cookie in many forms takes the memory of one cookie', () => {
  assert.ok(globalThis.gc, 'node --expose-gc');
  const cookie = new SessionCookie([NEW_SECRET], 'sid', {});
  const [name, value] = headerOf(cookie, newRandomId()).split('=') as [string, string];
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  for (let length = 14_000; length < 15_000; length++) {
    assert.equal(cookie.verify(`${name}=${' '.repeat(length)}${value}`, false).length, 1);
  }
  globalThis.gc();
  const growth = process.memoryUsage().heapUsed - before;
  assert.ok(growth < 2_000_000, `${growth}`);
  assert.equal(cookie.verify(`${name}=${value}`, false).length, 1);
});
