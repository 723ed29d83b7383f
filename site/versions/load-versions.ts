/** The list of versions as the switch in the header shows it. */
import type { Version } from './place-version.js';

/** A version of the site, with the path of its start page on this host. */
export interface VersionLink {
  readonly name: string;
  readonly href: string;
  readonly isCurrent: boolean;
}

/** The only version that is known until `versions.json` has been loaded, or if it cannot be. */
export function currentOnly(version: string, base: string): VersionLink[] {
  return [{ name: version, href: base, isCurrent: true }];
}

/**
 * @param root the path of the newest version on this host
 * @param base the path of the version that the reader sees
 * @throws {Error} if the list cannot be loaded
 */
export async function loadVersions(root: string, base: string): Promise<VersionLink[]> {
  const response = await fetch(`${root}versions.json`);
  if (!response.ok) throw new Error(`${response.url} responded with ${response.status}`);
  const versions = (await response.json()) as Version[];
  return versions.map(({ name, path }) => ({ name, href: root + path, isCurrent: root + path === base }));
}
