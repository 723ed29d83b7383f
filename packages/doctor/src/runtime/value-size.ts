/** Describes a value by its class and its size, without its content: a report may be read by others than its owner. */
import { types } from 'node:util';

/** Returns an empty text for undefined. */
export function sizeOf(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'string':
      return `string of ${count(value.length, 'character')}`;
    case 'object':
      return value === null ? 'null' : sizeOfObject(value);
    default:
      return typeof value;
  }
}

function sizeOfObject(value: object): string {
  if (types.isProxy(value)) return 'proxy';
  if (Array.isArray(value)) return `array of ${count(value.length, 'element')}`;
  if (types.isMap(value)) return `Map of ${count(value.size, 'entry', 'entries')}`;
  if (types.isSet(value)) return `Set of ${count(value.size, 'value')}`;
  if (ArrayBuffer.isView(value)) return `${className(value)} of ${count(value.byteLength, 'byte')}`;
  return `${className(value)} with ${count(keyCount(value), 'property', 'properties')}`;
}

function keyCount(value: object): number {
  try {
    return Object.keys(value).length;
  } catch {
    // A module whose exports are not initialized yet.
    return 0;
  }
}

/** Reads no property of the application that could be an accessor. */
function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return 'object';
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || maker === Object || types.isProxy(maker)) return 'object';
  const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : 'object';
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
