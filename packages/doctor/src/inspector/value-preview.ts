/**
 * Previews of values: short, and without any effect on the program. No getter is invoked, no trap of a proxy is called, and
 * no method of the program runs; only own data properties are read.
 */
import { types } from 'node:util';
import { currentTime } from '../runtime/real-time.js';

const MAXIMUM_LENGTH = 240;
const STRING_LENGTH = 80;
const KEYS = 8;
const ITEMS = 5;
const DEPTH = 2;
/** A preview that takes longer, in milliseconds, is used again: an object can have a million keys. */
const SLOW = 2;
const LARGE = 10n ** 40n;

/** Properties whose values are not shown, wherever they are. */
const SECRET = /passw|passphrase|secret|token|authorization|cookie|api_?key|credential|private_?key/i;

const regExpSource = getterOf(RegExp.prototype, 'source');
const regExpFlags = getterOf(RegExp.prototype, 'flags');
const mapSize = getterOf(Map.prototype, 'size');
const setSize = getterOf(Set.prototype, 'size');
const byteLength = getterOf(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength');
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const mapNext = new Map().entries().next;
const setNext = new Set().values().next;
const toISOString = Date.prototype.toISOString;
const symbolToString = Symbol.prototype.toString;

function getterOf(prototype: object, name: string): (this: unknown) => unknown {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  if (get === undefined) throw new Error(`This runtime has no getter ${name}.`);
  return get;
}

const slowPreviews = new WeakMap<object, string>();

/** Returns a preview of at most some hundred characters, in one line. */
export function previewOf(value: unknown): string {
  try {
    return fastPreviewOf(value);
  } catch {
    // A module whose exports are not initialized yet, or another object whose properties cannot be read.
    return 'unreadable';
  }
}

function fastPreviewOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return limited(preview(value, 0, []));
  const known = slowPreviews.get(value);
  if (known !== undefined) return known;
  const start = currentTime();
  const text = limited(preview(value, 0, []));
  if (currentTime() - start > SLOW) slowPreviews.set(value, text);
  return text;
}

function limited(text: string): string {
  return text.length > MAXIMUM_LENGTH ? `${text.slice(0, MAXIMUM_LENGTH)}…` : text;
}

function preview(value: unknown, depth: number, around: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value < LARGE && value > -LARGE ? `${value}n` : 'bigint of more than 40 digits';
    case 'symbol':
      return oneLine(Reflect.apply(symbolToString, value, []).slice(0, STRING_LENGTH));
    case 'function':
      return types.isProxy(value) ? 'Proxy' : `function ${nameOf(value) ?? '(anonymous)'}`;
    case 'object':
      return value === null ? 'null' : previewOfObject(value, depth, around);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

function quoted(text: string): string {
  const shown = JSON.stringify(text.slice(0, STRING_LENGTH)).replace(UNSEEN, escapeUnseen);
  return text.length > STRING_LENGTH ? `${shown}… (${text.length} characters)` : shown;
}

/** Characters that JSON does not escape, but that change a terminal or the order of the text around them. */
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escapeUnseen(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Control characters would break the line, or change the colors of a terminal. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(UNSEEN, ' ');
}

function previewOfObject(value: object, depth: number, around: readonly object[]): string {
  if (types.isProxy(value)) return 'Proxy';
  if (around.includes(value)) return 'circular';
  if (types.isDate(value)) return previewOfDate(value);
  if (types.isRegExp(value)) return oneLine(`/${regExpSource.call(value)}/${regExpFlags.call(value)}`.slice(0, 80));
  if (types.isPromise(value)) return 'Promise';
  const name = classNameOf(value);
  if (types.isTypedArray(value)) return `${name ?? 'array'} of ${byteLength.call(value)} bytes`;
  const isList = Array.isArray(value);
  if (depth >= DEPTH) return isList ? `array of ${value.length}` : `${name ?? ''} {…}`.trim();
  const inside = [...around, value];
  const previewInside = (other: unknown) => preview(other, depth + 1, inside);
  if (isList) return previewOfArray(value, previewInside);
  if (types.isMap(value)) return previewOfMap(value, previewInside);
  if (types.isSet(value)) return previewOfSet(value, previewInside);
  return previewOfProperties(value, name, previewInside);
}

function previewOfDate(date: Date): string {
  try {
    return Reflect.apply(toISOString, date, []);
  } catch {
    return 'Invalid Date';
  }
}

function previewOfArray(array: readonly unknown[], previewInside: (value: unknown) => string): string {
  const items: string[] = [];
  for (let index = 0; index < Math.min(array.length, ITEMS); index++) {
    items.push(previewOfProperty(Object.getOwnPropertyDescriptor(array, index), previewInside));
  }
  return `[${[...items, ...more(array.length - items.length)].join(', ')}]`;
}

function previewOfMap(map: ReadonlyMap<unknown, unknown>, previewInside: (value: unknown) => string): string {
  const size = Number(mapSize.call(map));
  const iterator = Reflect.apply(mapEntries, map, []);
  const items: string[] = [];
  for (let index = 0; index < Math.min(size, ITEMS); index++) {
    const [key, value] = (Reflect.apply(mapNext, iterator, []) as IteratorYieldResult<[unknown, unknown]>).value;
    const isSecret = typeof key === 'string' && SECRET.test(key);
    items.push(`${previewInside(key)} => ${isSecret ? 'redacted' : previewInside(value)}`);
  }
  return `Map(${size}) {${[...items, ...more(size - items.length)].join(', ')}}`;
}

function previewOfSet(set: ReadonlySet<unknown>, previewInside: (value: unknown) => string): string {
  const size = Number(setSize.call(set));
  const iterator = Reflect.apply(setValues, set, []);
  const items: string[] = [];
  for (let index = 0; index < Math.min(size, ITEMS); index++) {
    items.push(previewInside((Reflect.apply(setNext, iterator, []) as IteratorYieldResult<unknown>).value));
  }
  return `Set(${size}) {${[...items, ...more(size - items.length)].join(', ')}}`;
}

function previewOfProperties(
  value: object,
  name: string | undefined,
  previewInside: (value: unknown) => string,
): string {
  const keys = Object.keys(value);
  const items = keys.slice(0, KEYS).map((key) => {
    const shownKey =
      /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) && key.length <= STRING_LENGTH ? key : quoted(key);
    if (SECRET.test(key)) return `${shownKey}: redacted`;
    return `${shownKey}: ${previewOfProperty(Object.getOwnPropertyDescriptor(value, key), previewInside)}`;
  });
  const text = [...items, ...more(keys.length - items.length)].join(', ');
  return `${name === undefined || name === 'Object' ? '' : `${name} `}{${text === '' ? '' : ` ${text} `}}`;
}

function previewOfProperty(
  descriptor: PropertyDescriptor | undefined,
  previewInside: (value: unknown) => string,
): string {
  if (descriptor === undefined) return 'empty';
  return 'value' in descriptor ? previewInside(descriptor.value) : 'getter';
}

function more(count: number): string[] {
  return count > 0 ? [`… ${count} more`] : [];
}

/** The name of the class of an object, as far as it is known without calling anything. */
function classNameOf(value: object): string | undefined {
  const prototype: unknown = Reflect.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return undefined;
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof owner === 'function' && !types.isProxy(owner) ? nameOf(owner) : undefined;
}

function nameOf(fn: object): string | undefined {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name !== '' ? oneLine(name.slice(0, STRING_LENGTH)) : undefined;
}
