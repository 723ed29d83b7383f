/** Ranges of versions, of which only the bounds matter. */

/** The versions from `since` up to, but not including, `before`. */
export interface VersionRange {
  readonly since: string;
  readonly before: string;
}

/** Whether a version is in a range. A prerelease, such as `2.0.0-beta.1`, counts as the version that it precedes. */
export function isInRange(version: string, { since, before }: VersionRange): boolean {
  return compareVersions(version, since) >= 0 && compareVersions(version, before) < 0;
}

/** As npm writes the range. */
export function formatRange({ since, before }: VersionRange): string {
  return `>=${since} <${before}`;
}

function compareVersions(a: string, b: string): number {
  const [first, second] = [numbersOf(a), numbersOf(b)];
  const index = first.findIndex((number, at) => number !== second[at]);
  return index === -1 ? 0 : (first[index] ?? 0) - (second[index] ?? 0);
}

/** The major, minor and patch version. */
function numbersOf(version: string): number[] {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return numbers.map(Number);
}
