/** The version of the packages that this site describes. All packages have the same one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param root the folder of the repository */
export function currentVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as { version: string };
  return version;
}
