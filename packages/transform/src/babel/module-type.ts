/** The type that Node gives to a file without `import` and `export`, by the nearest package.json. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** @param file an absolute path */
export function isModuleByPackage(file: string): boolean {
  for (let folder = dirname(file); basename(folder) !== 'node_modules'; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return readType(manifest) === 'module' && !/\.c[jt]s$/.test(file);
    if (folder === dirname(folder)) break;
  }
  return false;
}

function readType(manifest: string): unknown {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8'))?.type;
  } catch {
    // It cannot be read.
    return undefined;
  }
}
