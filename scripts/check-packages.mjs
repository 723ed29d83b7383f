/**
 * Checks the packages as they are published: publint reads their package.json and files, and Are The Types Wrong resolves
 * every entry point with each module resolution of TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'throughline-tarballs-'));
try {
  for (const { name, file } of packPackages(folder)) {
    for (const [command, ...args] of [
      ['publint', '--strict', file],
      ['attw', '--profile', 'strict', '--format', 'table-flipped', '--no-emoji', file],
    ]) {
      const { status, stdout, stderr } = spawnSync(join('node_modules/.bin', command), args, { encoding: 'utf8' });
      if (status === 0) continue;
      console.error(`${command} rejects ${name}:\n${stdout}${stderr}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
