/**
 * The work for a carrier is bounded, however large it is. It is counted in characters that the methods of strings and
 * regular expressions look at, because a time depends on the machine.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { extract, inject, Propagated } from '@throughline/propagation';

let characters = 0;
const restore: (() => void)[] = [];
after(() => {
  for (const undo of restore) undo();
});

/** Counts the characters that a method looks at. */
function count<K extends string>(
  owner: object,
  name: K,
  cost: (self: unknown, args: unknown[], result: unknown) => number,
): void {
  const original = Reflect.get(owner, name);
  const descriptor = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  Object.defineProperty(owner, name, {
    ...descriptor,
    value(this: unknown, ...args: unknown[]) {
      const result = Reflect.apply(original, this, args);
      characters += cost(this, args, result);
      return result;
    },
  });
  restore.push(() => Object.defineProperty(owner, name, descriptor));
}

const found = (self: unknown, [, start = 0]: unknown[], result: unknown) =>
  (result === -1 ? String(self).length : Number(result)) - Number(start) + 1;
const ofText = (_self: unknown, [text]: unknown[]) => String(text).length;
const one = () => 1;

count(String.prototype, 'indexOf', found);
count(String.prototype, 'includes', (self) => String(self).length);
count(String.prototype, 'charCodeAt', one);
count(String.prototype, 'charAt', one);
count(String.prototype, 'slice', one);
count(RegExp.prototype, 'test', ofText);
count(JSON, 'parse', ofText);
count(globalThis, 'decodeURIComponent', ofText);
count(globalThis, 'encodeURIComponent', ofText);

for (let index = 0; index < 20; index++) new Propagated<unknown>(`value-${index}`);

/** Returns the characters that are looked at to receive a carrier and to send on what it has. */
function charactersFor(baggage: unknown): number {
  const before = characters;
  extract({ baggage }, { trust: true }).run(() => inject({}));
  return characters - before;
}

/** Ways to fill a header. */
const shapes: Readonly<Record<string, (length: number) => unknown>> = {
  'one value': (length) => `value-0=${'x'.repeat(length)}`,
  commas: (length) => ','.repeat(length),
  'equal signs': (length) => `value-0${'='.repeat(length)}`,
  semicolons: (length) => `value-0=a${';'.repeat(length)}`,
  properties: (length) => `value-0=a${';v=1'.repeat(length / 4)}`,
  'white space': (length) => `value-0=${' '.repeat(length)}a,${' '.repeat(length)}`,
  'percent signs': (length) => `value-0=${'%41'.repeat(length / 3)}`,
  'malformed percent signs': (length) => `value-0=${'%'.repeat(length)}`,
  brackets: (length) => `value-0=${'['.repeat(length)}`,
  'quotation marks': (length) => `value-0="${'\\"'.repeat(length / 2)}"`,
  digits: (length) => `value-0=${'1'.repeat(length)}`,
  'entries of others': (length) => 'key=value,'.repeat(length / 10),
  'declared entries': (length) => Array.from({ length: length / 10 }, (_, index) => `value-${index % 20}=1`).join(','),
  'one entry twice': (length) => 'value-0=1,value-0=2,'.repeat(length / 20),
  'many headers': (length) => Array.from({ length: length / 10 }, (_, index) => `value-${index % 20}=1`),
};

for (const [name, shape] of Object.entries(shapes)) {
  test(`the work is linear, and bounded: ${name}`, () => {
    for (const length of [500, 1000, 2000, 4000]) {
      const work = charactersFor(shape(length));
      assert.ok(work > 0 && work <= 40 * length + 2000, `${work} characters for ${length}`);
    }
    for (const length of [1e5, 3e6]) {
      const work = charactersFor(shape(length));
      assert.ok(work <= 40 * 8192 + 2000, `${work} characters for ${length}`);
    }
  });
}
