/**
 * The packages that are built, and the page that imports them. They are installed once, in `.runtimes`: as dependencies
 * of the project, they would double its download.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PACKAGES: Readonly<Record<string, string>> = { 'monaco-editor': '0.57.0', three: '0.187.0' };

/** The directory of the page. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../../.runtimes/built-page', import.meta.url));

const PAGE_FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "private": true, "type": "module" }\n',
  'index.html': '<!doctype html><body><script type="module" src="/main.js"></script></body>\n',
  'main.js': `import * as monaco from 'monaco-editor';
import * as three from 'three';
globalThis.page = { monaco, three };
`,
};

/** Installs the packages that are missing or have another version. */
export async function installBuiltPackages(): Promise<void> {
  await mkdir(PAGE_FOLDER, { recursive: true });
  for (const [name, text] of Object.entries(PAGE_FILES)) await writeFile(join(PAGE_FOLDER, name), text);
  const missing: string[] = [];
  for (const [name, version] of Object.entries(PACKAGES)) {
    const manifest = join(PAGE_FOLDER, 'node_modules', name, 'package.json');
    const isInstalled = existsSync(manifest) && JSON.parse(await readFile(manifest, 'utf8')).version === version;
    if (!isInstalled) missing.push(`${name}@${version}`);
  }
  if (missing.length === 0) return;
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--loglevel=error', ...missing];
  await promisify(execFile)('npm', args, { cwd: PAGE_FOLDER });
}
