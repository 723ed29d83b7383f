/** In place of report/short-path.ts in a page: developer tools open a file if its URL is complete. */
import { page } from './page-globals.js';

export function shortPath(file: string): string {
  return URL.canParse(file, page.location.href) ? new URL(file, page.location.href).href : file;
}
