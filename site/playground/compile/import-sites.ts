/** The specifiers of modules in a program, and what replaces them. */

import { closest } from 'fastest-levenshtein';
import MagicString from 'magic-string';
import type { ParseResult } from 'oxc-parser';
import { parseSync } from './oxc-parser.js';
import { ProgramError, placeAt } from './program-error.js';

interface ImportSite {
  readonly specifier: string;
  /** Where the string is, with its quotes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Checks that a program imports only modules that the playground has.
 * @param available the modules of the mode in which the program runs
 * @param place what has these modules, for the message
 * @throws {ProgramError} which names the nearest module, and all others
 */
export function checkImports(
  program: string,
  { module }: ParseResult,
  available: readonly string[],
  place: string,
): void {
  for (const { specifier, start } of importSites(program, module)) {
    if (available.includes(specifier)) continue;
    throw new ProgramError(
      `${place} has no module '${specifier}'. Did you mean '${closest(specifier, available)}'? It has ${available.join(', ')}.`,
      placeAt(program, start),
    );
  }
}

/** Returns the code with the URLs of the modules in place of their specifiers, and its source map. */
export function resolveImports(code: string, urls: Readonly<Record<string, string>>): MagicString {
  const edited = new MagicString(code);
  for (const { specifier, start, end } of importSites(
    code,
    parseSync('program.js', code, { sourceType: 'module' }).module,
  )) {
    const url = urls[specifier];
    if (url !== undefined) edited.overwrite(start, end, `'${url}'`);
  }
  return edited;
}

function importSites(
  code: string,
  { staticImports, staticExports, dynamicImports }: ParseResult['module'],
): ImportSite[] {
  const requests = [
    ...staticImports.map(({ moduleRequest }) => moduleRequest),
    ...staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest ?? [])),
  ].map(({ value, start, end }) => ({ specifier: value, start, end }));
  const dynamic = dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const [, , specifier] = /^(['"])([^'"\\]*)\1$/.exec(code.slice(start, end)) ?? [];
    return specifier === undefined ? [] : { specifier, start, end };
  });
  // `export { a, b } from` is one request with two entries.
  return [...new Map([...requests, ...dynamic].map((site) => [site.start, site])).values()];
}
