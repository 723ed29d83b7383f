/**
 * The runtimes of the matrix. Their binaries come as npm packages, each installed in a folder of its own outside of the
 * project's dependencies, once.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Runtime {
  /** Its column in the table. */
  readonly title: string;
  /** The npm package that holds the binary, and the binary's name. */
  readonly package: 'node' | 'bun' | 'deno' | 'workerd';
  readonly version: string;
  /** What stands between the binary and the file to run. */
  readonly flags: readonly string[];
}

const node = (version: string, ...flags: string[]): Omit<Runtime, 'title'> => ({
  package: 'node',
  version,
  flags: ['--expose-gc', '--no-warnings', ...flags],
});

export const runtimes = {
  node20: { title: 'Node 20', ...node('20.20.2') },
  node22: { title: 'Node 22', ...node('22.23.3') },
  node24: { title: 'Node 24', ...node('24.21.0') },
  node26: { title: 'Node 26', ...node('26.10.0') },
  node26hooks: { title: 'Node 26 with async hooks', ...node('26.10.0', '--no-async-context-frame') },
  bun: { title: 'Bun', package: 'bun', version: '1.4.5', flags: [] },
  deno: { title: 'Deno', package: 'deno', version: '2.9.6', flags: ['run', '-A', '--v8-flags=--expose-gc'] },
  workerd: { title: 'workerd', package: 'workerd', version: '1.20261117.1', flags: [] },
} satisfies Readonly<Record<string, Runtime>>;

const folder = fileURLToPath(new URL('../../../.runtimes/', import.meta.url));

/** What is being installed, by its folder: several columns run on one runtime, and begin at the same time. */
const installing = new Map<string, Promise<string>>();

/**
 * The binary of a runtime, installed where it is missing or of another version.
 * @returns its path
 */
export function install(runtime: Runtime): Promise<string> {
  const { package: name, version } = runtime;
  const home = join(folder, name === 'node' ? `node${Number.parseInt(version, 10)}` : name);
  const binary = installing.get(home) ?? installAt(home, runtime);
  installing.set(home, binary);
  return binary;
}

async function installAt(home: string, { package: name, version }: Runtime): Promise<string> {
  const binary = join(home, 'node_modules', '.bin', name);
  const installed = join(home, 'node_modules', name, 'package.json');
  if (existsSync(binary) && JSON.parse(await readFile(installed, 'utf8')).version === version) return binary;
  await mkdir(home, { recursive: true });
  // Its own package.json keeps npm from taking the folder for a part of the workspace.
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true }));
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', `${name}@${version}`];
  await promisify(execFile)('npm', args, { cwd: home });
  return binary;
}
