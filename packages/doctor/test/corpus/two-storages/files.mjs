/** Writes the packages of a program to a temporary folder, which is removed when the process ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @param {string} name of the folder, by which the test finds its files
 * @param {Record<string, string>} files contents by path
 * @returns {URL} the folder, with a trailing slash
 */
export function writeFiles(name, files) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return pathToFileURL(`${folder}/`);
}
