/** Finds unknown options, such as `exportr`, and names the option that was probably meant. */
import { closest } from 'fastest-levenshtein';

/**
 * Checks that a value is an object and that all of its keys are names of options. A key whose value is undefined is
 * checked too: an option with a misspelled name would otherwise have no effect, and its default would apply.
 * @param owner what has the options, as it begins a sentence: 'registerWeb()'
 * @param options what the caller passed
 * @param names the names of all options
 * @throws {TypeError} `ERR_INVALID_OPTION` if the value is not an object, or a key is not the name of an option
 */
export function checkOptionNames(owner: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(`${owner} needs an object with options, not ${Array.isArray(options) ? 'an array' : options}.`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw invalidOption(
      `${owner} has no option ${JSON.stringify(name)}. Did you mean ${JSON.stringify(nearestName(name, names))}? ` +
        `The options are ${names.join(', ')}.`,
    );
  }
}

/**
 * The error for an option that is unknown or has an invalid value.
 * @param message what is wrong and what was expected
 */
export function invalidOption(message: string): TypeError & { code: string } {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_OPTION' });
}

/** Returns the name that takes the fewest edits to reach, in upper or lower case. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  const lowerCaseNames = names.map((candidate) => candidate.toLowerCase());
  return names[lowerCaseNames.indexOf(closest(name.toLowerCase(), lowerCaseNames))];
}
