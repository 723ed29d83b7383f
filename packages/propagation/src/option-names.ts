/** Finds unknown options, such as `trustt`, and names the option that was probably meant. */
import { closest } from 'fastest-levenshtein';
import { invalidArgType, invalidArgValue } from './errors.js';

/**
 * Checks that a value is an object and that all of its keys are names of options. A misspelled option would have no
 * effect, and the default would apply without a word: for `trust` and `to`, that may be the wrong thing.
 * @param owner what has the options, as it begins a sentence: 'inject()'
 * @param options what the caller passed
 * @param names the names of all options
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the value is not an object, `ERR_INVALID_ARG_VALUE` if a key is not the
 * name of an option
 */
export function checkOptionNames(owner: string, options: unknown, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgType(`The options of ${owner}`, 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (!names.has(name)) throw unknownOption(owner, name, [...names]);
  }
}

function unknownOption(owner: string, name: string, names: readonly string[]): TypeError {
  const lowerCaseNames = names.map((candidate) => candidate.toLowerCase());
  const nearest = names[lowerCaseNames.indexOf(closest(name.toLowerCase(), lowerCaseNames))];
  return invalidArgValue(
    `${owner} has no option ${JSON.stringify(name)}. Did you mean ${JSON.stringify(nearest)}? The options are ` +
      `${names.join(', ')}.`,
  );
}
