/** Runs all cases on the portable engine in a process of Node. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Mode } from '../implementations.js';
import { bundle } from './bundle-cases.js';
import type { Result } from './run-cases.js';

const LIMIT_MS = 300_000;

/** @param command the binary of Node and its flags */
export async function runInPortable(command: readonly [string, ...string[]], mode: Mode): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    const file = join(folder, 'cases.mjs');
    await writeFile(file, await bundle(mode, 'portable-process-host'));
    const [binary, ...flags] = command;
    const options = { maxBuffer: 1 << 26, timeout: LIMIT_MS };
    const { stdout } = await promisify(execFile)(binary, [...flags, file], options);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as readonly Result[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
