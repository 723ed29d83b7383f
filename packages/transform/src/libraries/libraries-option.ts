/** The option `libraries` of the plugins. */
import { closest, distance } from 'fastest-levenshtein';
import { invalidOption } from '../check-options.js';
import { LIBRARIES } from './library-table.js';

/** Whether libraries are looked after: all, none, or by the name of the package. */
export type LibrariesOption = boolean | Readonly<Record<string, boolean>>;

/** Whether a library is looked after, as is the default. */
export function isOn(option: LibrariesOption | undefined, name: string): boolean {
  return typeof option === 'object' ? option[name] !== false : option !== false;
}

/** How many characters of a name may be wrong for it to count as a misspelling. */
const MISSPELLING = 2;

/**
 * Checks the names in the option. Any package can be named, so only a name that is almost that of a library is wrong.
 * @param owner the function that has the option, for the error message
 * @throws {TypeError} `ERR_INVALID_OPTION` if the name of a library is misspelled
 */
export function checkLibraryNames(owner: string, option: LibrariesOption | undefined): void {
  if (typeof option !== 'object') return;
  const known = LIBRARIES.map(({ name }) => name);
  for (const name of Object.keys(option)) {
    const nearest = closest(name, known);
    if (name !== nearest && distance(name, nearest) <= MISSPELLING) {
      throw invalidOption(`The option libraries of ${owner} knows no package ${name}. Did you mean ${nearest}?`);
    }
  }
}
