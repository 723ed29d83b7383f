/** Runs all cases in a server runtime: in a process that prints the results, or in workerd. */
import { fileURLToPath } from 'node:url';
import { registered, type ServerImplementation } from '../implementations.js';
import { runForJson } from '../runtimes/run-for-json.js';
import type { Runtime } from '../runtimes/runtimes.js';
import type { CaseResult } from './run-cases.js';
import { runInWorkerd } from './run-in-workerd.js';

const TIMEOUT_MS = 300_000;

const processHost = fileURLToPath(new URL('entry-points/process-host.js', import.meta.url));

const pathOfRegister = (file: string) => fileURLToPath(new URL(`../../../packages/core/lib/${file}`, import.meta.url));

/** The arguments with which a runtime loads `throughline/register` before the program. */
const registerFlags = {
  node: ['--import', pathOfRegister('node/register.cjs')],
  bun: ['--preload', pathOfRegister('bun/register.js')],
  deno: ['--preload', pathOfRegister('deno/register.js')],
};

/** @param binary the path of the runtime's binary */
export async function runInRuntime(
  runtime: Runtime,
  binary: string,
  implementation: ServerImplementation,
): Promise<readonly CaseResult[]> {
  if (runtime.package === 'workerd') return runInWorkerd(binary, implementation);
  const flags = implementation === registered ? registerFlags[runtime.package] : [];
  const results = await runForJson(binary, [...runtime.flags, ...flags, processHost, implementation], TIMEOUT_MS);
  return results as readonly CaseResult[];
}
