/**
 * Runs all cases on the portable engine in a Node process, which shows that the engine needs nothing from a browser.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PortableMode } from '../implementations.js';
import { runForJson } from '../runtimes/run-for-json.js';
import { bundleCases } from './bundle-cases.js';
import type { CaseResult } from './run-cases.js';

const TIMEOUT_MS = 300_000;

/** @param command the path of Node's binary, and its flags */
export async function runInPortableEngine(
  command: readonly [binary: string, ...flags: string[]],
  mode: PortableMode,
): Promise<readonly CaseResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    const file = join(directory, 'cases.mjs');
    await writeFile(file, await bundleCases(mode, 'portable-process-host'));
    const [binary, ...flags] = command;
    return (await runForJson(binary, [...flags, file], TIMEOUT_MS)) as readonly CaseResult[];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
