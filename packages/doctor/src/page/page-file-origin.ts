/** In place of runtime/file-origin.ts in a page: the build has stated the origin of each file. */
import { allPageFiles } from './page-files.js';

export function originOf(url: string): string {
  for (const file of allPageFiles()) if (file.url === url) return file.origin;
  return url;
}
