/** Runs all cases in workerd: bundles the host into a worker, serves it, and requests the results. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ServerImplementation } from '../implementations.js';
import type { CaseResult } from './run-cases.js';

const TIMEOUT_MS = 300_000;

const workerdHost = fileURLToPath(new URL('entry-points/workerd-host.js', import.meta.url));

/** With port 0, workerd binds a free port and reports it on its control channel. */
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

/** @param binary the path of workerd's binary */
export async function runInWorkerd(
  binary: string,
  implementation: ServerImplementation,
): Promise<readonly CaseResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    await build({
      entryPoints: [workerdHost],
      outfile: join(directory, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*'],
      logLevel: 'error',
    });
    const config = join(directory, 'config.capnp');
    await writeFile(config, workerdConfig);
    return await serveAndRequest(binary, config, implementation);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function serveAndRequest(binary: string, config: string, path: string): Promise<readonly CaseResult[]> {
  const server = spawn(binary, ['serve', '--control-fd=1', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const event = JSON.parse(line) as { event: string; port?: number };
      if (event.event !== 'listen') continue;
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`http://127.0.0.1:${event.port}/${path}`, { signal });
      if (!response.ok) {
        throw new Error(`The host in workerd responded with ${response.status}: ${await response.text()}`);
      }
      return (await response.json()) as readonly CaseResult[];
    }
    throw new Error('workerd exited before it listened on a port.');
  } finally {
    server.kill();
  }
}
