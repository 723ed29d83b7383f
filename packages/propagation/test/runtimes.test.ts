/** The checks on each Node, on Bun, Deno and workerd, if `npm run test:all` has installed them. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { checkRequests } from './checked-handlers.js';

const RESULT = '100 flows read their own values';

const pathTo = (name: string) => fileURLToPath(new URL(name, import.meta.url));

function binaryOf(runtime: string): string {
  return pathTo(`../../../../.runtimes/${runtime}/node_modules/.bin/${runtime.replace(/\d+$/, '')}`);
}

/** The arguments of each runtime before the program. */
const runtimes: Readonly<Record<string, readonly string[]>> = {
  node20: [],
  node22: [],
  node24: [],
  node26: [],
  bun: ['run'],
  deno: ['run', '--allow-all'],
};

for (const [name, args] of Object.entries(runtimes)) {
  test(`the checks on ${name}`, async (context) => {
    if (!existsSync(binaryOf(name))) return context.skip(`${name} is not installed in .runtimes: run npm run test:all`);
    const { stdout } = await promisify(execFile)(binaryOf(name), [...args, pathTo('print-check.js')]);
    assert.equal(stdout, `${RESULT}\n150 requests read their own values\n`);
  });
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .checked)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const checked :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
);
`;

test('the checks on workerd', async (context) => {
  if (!existsSync(binaryOf('workerd')))
    return context.skip('workerd is not installed in .runtimes: run npm run test:all');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-'));
  try {
    await build({
      entryPoints: [pathTo('checked-worker.js')],
      outfile: join(folder, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*'],
      logLevel: 'error',
    });
    writeFileSync(join(folder, 'config.capnp'), CONFIG);
    const workerd = spawn(binaryOf('workerd'), ['serve', '--control-fd=1', join(folder, 'config.capnp')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(createInterface({ input: workerd.stdout }), 'line');
      const origin = `http://127.0.0.1:${JSON.parse(line).port}`;
      const response = await fetch(origin);
      assert.equal(await response.text(), RESULT);
      for (const name of ['web', 'hono']) assert.equal(await checkRequests(fetch, `${origin}/${name}`), 50);
    } finally {
      workerd.kill('SIGKILL');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
