/**
 * Starts one of the battery's servers on Bun, Deno or workerd, as a process of its own. The runtimes are those that
 * `npm run test:all` has installed for the conformance cases, which no part of a package may depend on: so only their folder
 * is known here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { AppName, AppOptions } from '../apps/build-app.js';
import type { RunningServer } from '../http/server.js';

export type RuntimeName = 'bun' | 'deno' | 'workerd';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where a runtime's binary is, or would be. */
function binaryOf(runtime: RuntimeName): string {
  return file(`../../../../../.runtimes/${runtime}/node_modules/.bin/${runtime}`);
}

export function isInstalled(runtime: RuntimeName): boolean {
  return existsSync(binaryOf(runtime));
}

export function launch(runtime: RuntimeName, app: AppName, options: AppOptions): Promise<RunningServer> {
  return runtime === 'workerd' ? launchWorkerd(app, options) : launchProgram(runtime, app, options);
}

async function launchProgram(runtime: 'bun' | 'deno', app: AppName, options: AppOptions): Promise<RunningServer> {
  const flags = runtime === 'deno' ? ['run', '-A', '--no-lock'] : [];
  const args = [...flags, file('bun-deno-server.js'), app, JSON.stringify(options)];
  const child = spawn(binaryOf(runtime), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const close = () => end(child);
  return { port: await firstOf(child, close, (line) => (/^\d+$/.test(line) ? Number(line) : undefined)), close };
}

async function launchWorkerd(app: AppName, options: AppOptions): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    await build({
      entryPoints: [file('workerd-server.js')],
      outfile: join(folder, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*', 'cloudflare:*', 'crypto'],
      // cookie-signature asks for node:crypto as a CommonJS module does.
      banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire('/');" },
      logLevel: 'error',
    });
    const config = join(folder, 'config.capnp');
    await writeFile(config, workerdConfig(app, options));
    const child = spawn(binaryOf('workerd'), ['serve', '--control-fd=1', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const close = () => end(child).finally(removeFolder);
    return { port: await firstOf(child, close, portOfEvent), close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function workerdConfig(app: AppName, options: AppOptions): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .battery)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const battery :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["enable_request_signal"],
  bindings = [(name = "APP", text = "${app}"), (name = "OPTIONS", text = ${JSON.stringify(JSON.stringify(options))})],
);
`;
}

/** workerd tells of its port on its control channel. */
function portOfEvent(line: string): number | undefined {
  const event: { event: string; port?: number } = JSON.parse(line);
  return event.event === 'listen' ? event.port : undefined;
}

/** The first line that says something. */
async function firstOf(
  child: ChildProcess & { stdout: NodeJS.ReadableStream },
  close: () => Promise<unknown>,
  read: (line: string) => number | undefined,
): Promise<number> {
  for await (const line of createInterface({ input: child.stdout })) {
    const port = read(line);
    if (port !== undefined) {
      child.stdout.resume();
      return port;
    }
  }
  await close();
  throw new Error(`${child.spawnfile} ended before it listened`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
