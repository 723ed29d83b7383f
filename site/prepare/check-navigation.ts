/** Compares the pages that the navigation lists with those that exist. */
import { flatten, type NavigationGroup, type NavigationPage } from '../navigation.js';

/**
 * @param groups the groups of the sidebar
 * @param header the links of the header
 * @param docs the paths of all pages of `docs/`
 * @param exists whether the repository has a file, by its path
 * @returns what is wrong, one line for each page
 */
export function navigationProblems(
  groups: readonly NavigationGroup[],
  header: readonly NavigationPage[],
  docs: readonly string[],
  exists: (source: string) => boolean,
): string[] {
  const pages = groups.flatMap((group) => flatten(group.pages));
  const sources = pages.flatMap((page) => ('source' in page ? [page.source] : []));
  const problems: string[] = [];
  for (const source of docs) {
    if (!sources.includes(source)) problems.push(`${source} is in no list. Add it to site/navigation.ts.`);
  }
  for (const [index, source] of sources.entries()) {
    if (!exists(source)) {
      problems.push(`${source} does not exist, but site/navigation.ts lists it. Write the page, or remove it there.`);
    }
    if (sources.indexOf(source) !== index)
      problems.push(`${source} is listed twice in site/navigation.ts. Remove one.`);
  }
  const places = new Set(pages.map(placeOf));
  for (const page of header) {
    if (!places.has(placeOf(page))) {
      problems.push(
        `${placeOf(page)} is in the header, but not in the sidebar. Add it to a group in site/navigation.ts.`,
      );
    }
  }
  return problems;
}

function placeOf(page: NavigationPage): string {
  return 'source' in page ? page.source : page.path;
}
