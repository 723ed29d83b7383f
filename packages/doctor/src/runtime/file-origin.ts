/** The origin of a file, which all builds and copies of the same source have in common. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders that hold builds of the same sources. */
const BUILD_FOLDERS = /^(?:build|cjs|commonjs|dist|es|es6|esm|lib|main|mjs|module|modules|node|out|src|umd)$/;

/** Returns the package of a file and the path in it, without the folders and the ending that its builds differ in. */
export function originOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url.replace(/[?#].*$/, ''));
  const { folder, name } = packageOf(dirname(path));
  const parts = path
    .slice(folder.length)
    .split(/[\\/]/)
    .filter((part) => part !== '' && !BUILD_FOLDERS.test(part));
  return [name, ...parts].join('/').replace(/\.[cm]?[jt]sx?$/, '');
}

const packages = new Map<string, { folder: string; name: string }>();

function packageOf(folder: string): { folder: string; name: string } {
  const known = packages.get(folder);
  if (known !== undefined) return known;
  let found = { folder, name: folder };
  const name = readPackageName(folder);
  // A package.json without a name only states the type of the modules below it.
  if (name !== undefined) found = { folder, name };
  else if (dirname(folder) !== folder) found = packageOf(dirname(folder));
  packages.set(folder, found);
  return found;
}

function readPackageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
