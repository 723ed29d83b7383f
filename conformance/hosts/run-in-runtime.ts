/** Starts a host on a runtime and gives what it reports. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { ServerImplementation } from '../implementations.js';
import type { Runtime } from '../runtimes/runtimes.js';
import type { Result } from './run-cases.js';

const LIMIT_MS = 300_000;

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The address of port 0 is a free port, which workerd tells on its control channel. */
const workerdConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .cases),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const cases :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
);
`;

export function launch(
  runtime: Runtime,
  binary: string,
  implementation: ServerImplementation,
): Promise<readonly Result[]> {
  return runtime.package === 'workerd'
    ? launchWorkerd(binary, implementation)
    : launchProcess(binary, [...runtime.flags, file('entry-points/process-host.js'), implementation]);
}

async function launchProcess(binary: string, args: readonly string[]): Promise<readonly Result[]> {
  const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: 1 << 26, timeout: LIMIT_MS });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as readonly Result[];
}

async function launchWorkerd(binary: string, implementation: ServerImplementation): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    await build({
      entryPoints: [file('entry-points/workerd-host.js')],
      outfile: join(folder, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*'],
      logLevel: 'error',
    });
    const config = join(folder, 'config.capnp');
    await writeFile(config, workerdConfig);
    return await askWorkerd(binary, config, implementation);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askWorkerd(binary: string, config: string, path: string): Promise<readonly Result[]> {
  const server = spawn(binary, ['serve', '--control-fd=1', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const event = JSON.parse(line) as { event: string; port?: number };
      if (event.event !== 'listen') continue;
      const signal = AbortSignal.timeout(LIMIT_MS);
      const response = await fetch(`http://127.0.0.1:${event.port}/${path}`, { signal });
      if (!response.ok) throw new Error(`the host in workerd answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as readonly Result[];
    }
    throw new Error('workerd ended before it listened');
  } finally {
    server.kill();
  }
}
