/**
 * Launches a server of the battery on Bun, Deno or workerd, in a separate process.
 *
 * The runtimes are those that `npm run test:all` installs for the conformance cases. A package must not depend on
 * `conformance/`, so only the folder of the runtimes is known here.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { AppName, AppOptions } from '../apps/build-app.js';
import type { RunningServer } from '../http/server.js';

export type RuntimeName = 'bun' | 'deno' | 'workerd';

const pathTo = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The path of a runtime's binary, whether it is installed or not. */
function binaryOf(runtime: RuntimeName): string {
  return pathTo(`../../../../../.runtimes/${runtime}/node_modules/.bin/${runtime}`);
}

export function isInstalled(runtime: RuntimeName): boolean {
  return existsSync(binaryOf(runtime));
}

export function launchServer(runtime: RuntimeName, app: AppName, options: AppOptions): Promise<RunningServer> {
  return runtime === 'workerd' ? launchInWorkerd(app, options) : launchProcess(runtime, app, options);
}

/** Runs a compiled program of this folder, and returns what it prints. */
export async function runProgram(runtime: 'bun' | 'deno', name: string): Promise<string> {
  const flags = runtime === 'deno' ? ['run', '-A', '--no-lock'] : [];
  const { stdout } = await promisify(execFile)(binaryOf(runtime), [...flags, pathTo(name)], { timeout: 60_000 });
  return stdout;
}

async function launchProcess(runtime: 'bun' | 'deno', app: AppName, options: AppOptions): Promise<RunningServer> {
  const flags = runtime === 'deno' ? ['run', '-A', '--no-lock'] : [];
  const args = [...flags, pathTo('bun-deno-server.js'), app, JSON.stringify(options)];
  const child = spawn(binaryOf(runtime), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const close = () => kill(child);
  return { port: await readPort(child, close, portOfLine), close };
}

async function launchInWorkerd(app: AppName, options: AppOptions): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    await build({
      entryPoints: [pathTo('workerd-server.js')],
      outfile: join(folder, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*', 'cloudflare:*', 'crypto'],
      // @keyv/serialize imports Node's module without the prefix, which workerd requires.
      alias: { buffer: 'node:buffer' },
      // cookie-signature is a CommonJS module, and calls require('crypto').
      banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire('/');" },
      logLevel: 'error',
    });
    const config = join(folder, 'config.capnp');
    await writeFile(config, workerdConfig(app, options));
    const child = spawn(binaryOf('workerd'), ['serve', '--control-fd=1', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const close = () => kill(child).finally(removeFolder);
    return { port: await readPort(child, close, portOfEvent), close };
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

/** The server on Bun or Deno prints its port on a line. */
function portOfLine(line: string): number | undefined {
  return /^\d+$/.test(line) ? Number(line) : undefined;
}

/** workerd reports its port as a JSON event on its control channel. */
function portOfEvent(line: string): number | undefined {
  const event: { event: string; port?: number } = JSON.parse(line);
  return event.event === 'listen' ? event.port : undefined;
}

/**
 * Waits for the line of the output that contains the port.
 * @param parse returns undefined for any other line
 */
async function readPort(
  child: ChildProcess & { stdout: NodeJS.ReadableStream },
  close: () => Promise<unknown>,
  parse: (line: string) => number | undefined,
): Promise<number> {
  for await (const line of createInterface({ input: child.stdout })) {
    const port = parse(line);
    if (port !== undefined) {
      child.stdout.resume();
      return port;
    }
  }
  await close();
  throw new Error(`${child.spawnfile} exited before it reported its port.`);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
