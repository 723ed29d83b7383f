/** Finds options that do not exist, such as `idleTimeOut`, and names the option that was probably meant. */
import { closest } from 'fastest-levenshtein';
import { RequestError } from './errors.js';

/**
 * Checks that a value is an object and that all of its keys are names of options. A key whose value is undefined is
 * checked too: an option with a misspelled name would otherwise have no effect, and its default would apply.
 * @param owner what has the options, as it begins a sentence: 'sessions()'
 * @param options what the caller passed
 * @param names the names of all options
 * @param hints for a name that other libraries have: what to do instead, as a sentence
 * @throws {RequestError} `ERR_INVALID_OPTION` if the value is not an object, or a key is not the name of an option
 */
export function checkOptionNames(
  owner: string,
  options: unknown,
  names: readonly string[],
  hints: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `${owner} needs an object with options, not ${describeKindWithoutText(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const hint = Object.hasOwn(hints, name) ? hints[name] : suggestionFor(name, names);
    throw new RequestError(
      'ERR_INVALID_OPTION',
      `${owner} has no option ${JSON.stringify(name)}. ${hint} The options are ${names.join(', ')}.`,
    );
  }
}

/** Describes a value of the wrong kind, for an error message: 'null', 'an array', 'the number 1'. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return `an object of the class ${value.constructor?.name || 'Object'}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'function' ? 'a function' : `the ${typeof value} ${String(value)}`;
}

/** Describes a value without the text of a string, which may be a secret, or an address with a password. */
export function describeKindWithoutText(value: unknown): string {
  return typeof value === 'string' ? 'a string' : describeKind(value);
}

function suggestionFor(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined ? '' : `Did you mean ${JSON.stringify(nearest)}?`;
}

/** Returns the name that takes the fewest edits to reach, in upper or lower case. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const lowerCaseNames = names.map((candidate) => candidate.toLowerCase());
  return names[lowerCaseNames.indexOf(closest(name.toLowerCase(), lowerCaseNames))];
}
