/** Checks options at run time, because callers in plain JavaScript have no compiler that checks them. */
import { closest } from 'fastest-levenshtein';

/**
 * The values that an option accepts: a type, one of several strings, a boolean for everything or for each name, or a boolean
 * or options of its own.
 */
export type OptionKind = 'boolean' | 'string' | 'boolean or booleans by name' | readonly string[] | OptionKinds;

/** The names of options, with the values that they accept. */
export interface OptionKinds {
  readonly [name: string]: OptionKind;
}

/**
 * Checks the options of a public function. An option with the value `undefined` counts as not set.
 * @param owner the function or command that has the options, for the error message
 * @param kinds the name of each option with the values that it accepts
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown, with the nearest known name, or if a value is not
 * accepted
 */
export function checkOptions(owner: string, options: unknown, kinds: OptionKinds): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(`The options of ${owner} must be an object, not ${describe(options)}.`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) throw invalidOption(unknownOptionMessage(owner, name, Object.keys(kinds)));
    const kind = kinds[name] as OptionKind;
    if (isNested(kind) && typeof value === 'object' && value !== null) {
      checkOptions(`the option ${name} of ${owner}`, value, kind);
    } else if (value !== undefined && !isOfKind(value, kind)) {
      throw invalidOption(`The option ${name} of ${owner} must be ${describeKind(kind)}, not ${describe(value)}.`);
    }
  }
}

/**
 * @param owner the function or command that has the options
 * @param known the names of all its options, at least one
 */
export function unknownOptionMessage(owner: string, name: string, known: readonly string[]): string {
  const others = known.length > 1 ? ` The options are ${known.join(', ')}.` : '';
  return `${owner} has no option ${name}. Did you mean ${closest(name, known)}?${others}`;
}

export function invalidOption(message: string): TypeError & { code: string } {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_OPTION' });
}

function isNested(kind: OptionKind): kind is OptionKinds {
  return typeof kind === 'object' && !Array.isArray(kind);
}

function isOfKind(value: unknown, kind: OptionKind): boolean {
  if (isNested(kind)) return typeof value === 'boolean';
  if (kind === 'boolean or booleans by name') {
    const values =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [value];
    return values.every((entry) => typeof entry === 'boolean');
  }
  return typeof kind === 'string' ? typeof value === kind : kind.some((choice) => choice === value);
}

function describeKind(kind: OptionKind): string {
  if (isNested(kind)) return 'true, false or an object with options';
  if (kind === 'boolean') return 'true or false';
  if (kind === 'boolean or booleans by name') return 'true, false or an object with true or false by name';
  return kind === 'string' ? 'a string' : `one of ${kind.join(', ')}`;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
