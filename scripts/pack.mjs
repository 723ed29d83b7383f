/** `npm run pack`: makes the tarballs of the packages, to install them in a project before they are published. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PUBLISHED_PACKAGES } from './published-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} folder the folder to which the tarballs are written; its content is deleted
 * @returns {{ name: string, file: string, bytes: number, unpackedBytes: number }[]} the tarballs
 */
export function packPackages(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return PUBLISHED_PACKAGES.map((name) => {
    const args = ['pack', join(root, 'packages', name), '--pack-destination', folder, '--json', '--loglevel=error'];
    const printed = JSON.parse(execFileSync('npm', [...args, '--ignore-scripts'], { cwd: root, encoding: 'utf8' }));
    // npm 12 prints an object with a key for each package, earlier versions an array.
    const [{ name: packageName, filename, size, unpackedSize }] = Object.values(printed);
    return {
      name: packageName,
      file: join(folder, filename.replace(/^@/, '').replaceAll('/', '-')),
      bytes: size,
      unpackedBytes: unpackedSize,
    };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tarballs = packPackages(join(root, 'tarballs'));
  for (const { name, bytes } of tarballs) console.log(`${name.padEnd(24)} ${(bytes / 1000).toFixed(0).padStart(4)} kB`);
  console.log(`\nInstall what you need, for example in a server:\n`);
  console.log(
    `  npm install ${tarballs
      .slice(0, 2)
      .map(({ file }) => file)
      .join(' ')}\n`,
  );
}
