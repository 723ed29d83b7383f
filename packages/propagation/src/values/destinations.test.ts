import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPlaces, includesPlace } from './destinations.js';

const includes = (places: unknown, place: string | URL) => includesPlace(checkPlaces('to', places), place);

test('an origin matches each of its URLs, however they are written, and no other', () => {
  const places = ['https://Billing.internal:443'];
  for (const place of [
    'https://billing.internal',
    'https://billing.internal/a?b#c',
    'HTTPS://BILLING.internal:443/',
    ' https://billing.internal/',
    new URL('https://user:password@billing.internal/'),
  ]) {
    assert.ok(includes(places, place), String(place));
  }
  for (const place of [
    'http://billing.internal',
    'https://billing.internal:444',
    'https://billing.internal.evil.example',
    'https://billing.internal@evil.example/',
    'https://evil.example/https://billing.internal',
    'https://evil.example/?https://billing.internal',
    'billing.internal',
    'https://',
    '',
  ]) {
    assert.ok(!includes(places, place), place);
  }
});

test('other strings match themselves', () => {
  assert.ok(includes(['queue:orders'], 'queue:orders'));
  assert.ok(!includes(['queue:orders'], 'queue:orders2'));
  assert.ok(!includes([], 'queue:orders'));
});

test('a regular expression sees the origin of a URL and not its path, at every call', () => {
  const places = checkPlaces('to', [/\.internal$/gy, /^queue:/y]);
  for (let call = 0; call < 3; call++) {
    assert.ok(includesPlace(places, 'https://billing.internal/path'));
    assert.ok(includesPlace(places, 'queue:orders'));
    assert.ok(!includesPlace(places, 'https://evil.example/.internal'));
    assert.ok(!includesPlace(places, 'https://evil.example/?queue:.internal'));
  }
});

test('a regular expression never sees a path, however a URL is written', () => {
  const places = checkPlaces('to', [/\.internal$/, /^amqps:\/\/broker(:\d+)?$/]);
  for (const place of [
    'h\ttps://evil.example/#.internal',
    'ht\r\ntp://evil.example/.internal',
    '\u0001 HTTPS:\\\\evil.example\\.internal',
    'https:evil.example/.internal',
    '//evil.example/.internal',
    '/\t/evil.example/.internal',
    '\\\\evil.example/.internal',
    '/\\evil.example/.internal',
    'https://[evil/.internal',
    'https://evil.example:99999/.internal',
    'ftp://evil.example/.internal',
    'blob:https://evil.example/.internal',
    'file:///etc/.internal',
    'amqps://evil.example/amqps://broker',
  ]) {
    assert.ok(!includesPlace(places, place), JSON.stringify(place));
  }
  for (const place of [
    'h\ttps://billing.internal/a',
    'amqps://broker/vhost',
    'amqps://broker:5671',
    'mails.internal',
  ]) {
    assert.ok(includesPlace(places, place), JSON.stringify(place));
  }
  assert.ok(includesPlace(checkPlaces('to', ['amqps://broker/vhost']), 'amqps://broker/vhost'));
});

test('an entry that is no origin, no string and no regular expression is an error', () => {
  assert.throws(() => checkPlaces('to', 'https://a.example'), {
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'to must be a list of strings and regular expressions, not a string.',
  });
  assert.throws(() => checkPlaces('to', [5]), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => checkPlaces('to', ['https://a.example/path']), {
    code: 'ERR_INVALID_ARG_VALUE',
    message: /more than an origin.*write "https:\/\/a\.example"/,
  });
});
