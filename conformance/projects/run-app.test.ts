import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReadings } from './run-app.js';

const STEPS =
  'await timer callback promise then thenable generator loop generator loop catch fetch body action end'.split(' ');
const textOf = (version: number, name: string, readings: readonly string[]) =>
  `${version} ${name}: ${readings.join(', ')}`;
const ACTION = STEPS.filter((step) => !['fetch', 'body', 'action'].includes(step)).map((step) => `${step} action3`);
const RIGHT = STEPS.map((step) => `${step} page3`);

test('the readings of a flow that are its name are accepted', () => {
  assert.equal(checkReadings(textOf(1, 'page3', RIGHT), 1), 'page3');
});

test('a flow that keeps the first version must have it', () => {
  const ofAction = (version: number) => textOf(version, 'action3', ACTION);
  assert.equal(checkReadings(ofAction(1), 2, ['action']), 'action3');
  assert.throws(() => checkReadings(ofAction(2), 2, ['action']), /A flow of version 1 has read/);
  assert.throws(() => checkReadings(ofAction(1), 2), /A flow of version 2 has read/);
});

test('a value of another flow, no value, a missing step and the code before an edit are rejected', () => {
  const replaced = (reading: string) => RIGHT.map((right, i) => (i === 4 ? reading : right));
  for (const text of [
    textOf(1, 'page3', replaced('then page2')),
    textOf(1, 'page3', replaced('then undefined')),
    textOf(1, 'page3', RIGHT.slice(0, -1)),
    textOf(2, 'page3', RIGHT),
    textOf(1, 'other3', RIGHT),
    '',
  ]) {
    assert.throws(() => checkReadings(text, 1), /A flow of version 1 has read/, text);
  }
});
