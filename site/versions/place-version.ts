/**
 * Puts a built site where a host serves it: the newest version at the top, and others in `v/`, next to each other.
 *
 *     index.html, …        the newest version
 *     version.txt          its name, as each version has it
 *     versions.json        all versions, for the switch in the header of each: `Version[]`
 *     v/0.1.0/…            another version
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const VERSIONS_FOLDER = 'v';

/** An entry of `versions.json`. */
export interface Version {
  readonly name: string;
  /** The path of its start page, from that of the newest version: empty, or `v/0.1.0/`. */
  readonly path: string;
}

/**
 * @param built the folder that VitePress has built, which is moved
 * @param out the folder that a host serves
 * @param version the version of the built site
 * @param isNewest whether it is shown at the top; otherwise it is shown in `v/`
 */
export function placeVersion(built: string, out: string, version: string, isNewest: boolean): void {
  writeFileSync(join(built, 'version.txt'), `${version}\n`);
  mkdirSync(out, { recursive: true });
  if (isNewest) {
    for (const name of readdirSync(out)) {
      if (name !== VERSIONS_FOLDER) rmSync(join(out, name), { recursive: true });
    }
    for (const name of readdirSync(built)) move(join(built, name), join(out, name));
    rmSync(built, { recursive: true });
  } else {
    const folder = join(out, VERSIONS_FOLDER, version);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(out, VERSIONS_FOLDER), { recursive: true });
    move(built, folder);
  }
  writeFileSync(join(out, 'versions.json'), `${JSON.stringify(listVersions(out), null, 2)}\n`);
}

/** @returns the versions in a folder that a host serves, the newest first */
function listVersions(out: string): Version[] {
  const older = existsSync(join(out, VERSIONS_FOLDER)) ? readdirSync(join(out, VERSIONS_FOLDER)) : [];
  const versions = older
    .sort((first, second) => second.localeCompare(first, 'en', { numeric: true }))
    .map((name) => ({ name, path: `${VERSIONS_FOLDER}/${name}/` }));
  const newest = join(out, 'version.txt');
  return existsSync(newest) ? [{ name: readFileSync(newest, 'utf8').trim(), path: '' }, ...versions] : versions;
}

/** Moves a file or folder, also to another file system. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true });
  }
}
