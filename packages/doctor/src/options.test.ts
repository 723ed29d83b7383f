import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.js';

test('options that are not given have their defaults', () => {
  const defaults = {
    dependencies: false,
    all: false,
    emptyReads: false,
    sharedWork: true,
    outlived: 60,
    inspectFlows: false,
    inspectPort: 0,
    recordWaits: false,
    redact: '',
    format: 'text',
    html: undefined,
    folder: undefined,
  };
  assert.deepEqual(parseOptions(undefined), defaults);
  assert.deepEqual(parseOptions(''), defaults);
  assert.deepEqual(parseOptions('{"all":true,"outlived":0.5,"format":"json"}'), {
    ...defaults,
    all: true,
    outlived: 0.5,
    format: 'json',
  });
});

test('an option that is unknown or has a wrong value is an error', () => {
  for (const [text, message] of [
    ['all', /must be a JSON object, such as \{"dependencies":true\}, not all\./],
    ['[]', /must be a JSON object/],
    ['{"al":true}', /has no option al\. Did you mean all\?/],
    ['{"all":1}', /The option all of THROUGHLINE_DOCTOR must be a boolean, not 1\./],
    ['{"outlived":"1"}', /The option outlived of THROUGHLINE_DOCTOR must be a number, not "1"\./],
    ['{"outlived":-1}', /must be a number of seconds, 0 or more, not -1\./],
    ['{"inspectPort":70000}', /inspectPort of THROUGHLINE_DOCTOR must be an integer from 0 to 65535, not 70000\./],
    ['{"format":"xml"}', /must be one of text, json, github, not xml\./],
  ] as const) {
    assert.throws(() => parseOptions(text), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
  }
});
