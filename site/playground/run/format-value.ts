/** Formats values as a console does, in one line. */

const MAXIMUM_DEPTH = 3;
const MAXIMUM_ITEMS = 20;
const MAXIMUM_LENGTH = 2000;

/** Formats the arguments of a function of the console. A string at the top is shown without quotes. */
export function formatOutput(values: readonly unknown[]): string {
  return shorten(values.map((value) => (typeof value === 'string' ? value : formatValue(value))).join(' '));
}

/** @returns the value as it could be written in a program, or its class and what it contains */
export function formatValue(value: unknown): string {
  return shorten(format(value, 0, []));
}

function shorten(text: string): string {
  return text.length > MAXIMUM_LENGTH ? `${text.slice(0, MAXIMUM_LENGTH)}…` : text;
}

function format(value: unknown, depth: number, around: readonly object[]): string {
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[Function ${value.name || '(anonymous)'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (around.includes(value)) return '[Circular]';
  try {
    return formatObject(value, depth, [...around, value]);
  } catch {
    // A getter or a proxy of the program throws.
    return '[Object]';
  }
}

function formatObject(value: object, depth: number, around: readonly object[]): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  const name = value.constructor?.name ?? 'null prototype';
  if (depth >= MAXIMUM_DEPTH) return Array.isArray(value) ? '[Array]' : `[${name}]`;
  const inner = (item: unknown) => format(item, depth + 1, around);
  if (Array.isArray(value)) return `[${few(value.map(inner), ' ')}]`;
  if (value instanceof Map)
    return `Map(${value.size}) {${few(
      [...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`),
      ' ',
    )}}`;
  if (value instanceof Set) return `Set(${value.size}) {${few([...value].map(inner), ' ')}}`;
  const entries = Object.entries(value).map(
    ([key, item]) => `${/^[\w$]+$/.test(key) ? key : `'${key}'`}: ${inner(item)}`,
  );
  const prefix = name === 'Object' ? '' : `${name} `;
  return `${prefix}{${few(entries, ' ')}}`;
}

function few(items: readonly string[], padding: string): string {
  if (items.length === 0) return '';
  const shown = items.slice(0, MAXIMUM_ITEMS);
  if (items.length > shown.length) shown.push(`… ${items.length - shown.length} more`);
  return padding + shown.join(', ') + padding;
}
