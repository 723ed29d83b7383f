/** Where a reader of the site can see the files of the repository that are not on the site. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the URL of a file or folder of the repository, from `repository` of the package `throughline`, or `undefined`
 * while that field is not set: the repository then has no known address.
 *
 * @param root the folder of the repository
 * @param path the path of the file in the repository
 */
export function repositoryUrl(root: string, path: string): string | undefined {
  const { repository } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8')) as {
    repository?: string | { url: string };
  };
  const url = typeof repository === 'string' ? repository : repository?.url;
  if (url === undefined) return undefined;
  return `${url.replace(/^git\+/, '').replace(/\.git$/, '')}/blob/HEAD/${path}`;
}
