/**
 * The oldest supported versions of the frameworks. They are no dependencies of the project, which would install a
 * hundred more packages: `npm run test:all` installs them outside of the workspaces.
 *
 * The tests of the adapters import a framework by its name. They run in a project of their own, in which each name leads
 * to the oldest version: a copy of @throughline/request and of the tests, beside links to all other packages.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The versions, with those of the plugins and libraries that belong to them. */
export const oldestFrameworks: Readonly<Record<string, string>> = {
  '@fastify/cookie': '9.4.0',
  '@fastify/multipart': '8.3.1',
  '@fastify/session': '10.8.0',
  '@fastify/websocket': '10.0.1',
  '@nestjs/common': '10.0.0',
  '@nestjs/core': '10.0.0',
  '@nestjs/platform-express': '10.0.0',
  '@nestjs/platform-fastify': '10.0.0',
  express: '4.16.0',
  fastify: '4.16.0',
  h3: '2.0.1',
  hono: '4.8.0',
  koa: '2.1.0',
  'reflect-metadata': '0.1.14',
  rxjs: '7.2.0',
};

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const installation = join(root, '.runtimes/oldest-frameworks');
const manifest = `${JSON.stringify({ private: true, dependencies: oldestFrameworks }, null, 2)}\n`;

export function areOldestFrameworksInstalled(): boolean {
  const file = join(installation, 'installed.json');
  return existsSync(file) && readFileSync(file, 'utf8') === manifest;
}

/** Installs the versions, unless they are installed. */
export function installOldestFrameworks(): void {
  if (areOldestFrameworksInstalled()) return;
  rmSync(installation, { recursive: true, force: true });
  mkdirSync(installation, { recursive: true });
  writeFileSync(join(installation, 'package.json'), manifest);
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', args, { cwd: installation, stdio: ['ignore', 'ignore', 'inherit'] });
  // npm writes package.json too, and an interrupted installation leaves it.
  writeFileSync(join(installation, 'installed.json'), manifest);
}

/**
 * Creates the project.
 * @param folder an empty folder
 * @returns the folder of the compiled tests
 */
export function createProject(folder: string): string {
  const packages = join(folder, 'node_modules');
  const request = join(root, 'packages/request');
  for (const name of packageNames(join(root, 'node_modules'))) {
    const from = join(root, 'node_modules', name);
    const to = join(packages, name);
    mkdirSync(dirname(to), { recursive: true });
    if (name in oldestFrameworks) {
      symlinkSync(join(installation, 'node_modules', name), to);
    } else if (name === '@throughline/request') {
      for (const part of ['package.json', 'lib', 'node_modules']) {
        if (existsSync(join(request, part))) cpSync(join(request, part), join(to, part), { recursive: true });
      }
    } else if (usesFramework(from)) {
      // A link would lead to a folder from which it loads the newest version.
      cpSync(from, to, { recursive: true, dereference: true });
    } else {
      symlinkSync(from, to);
    }
  }
  const tests = join(folder, 'test/dist');
  cpSync(join(request, 'test/dist'), tests, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return tests;
}

function usesFramework(folder: string): boolean {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return false;
  const { peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.keys(peerDependencies).some((name) => name in oldestFrameworks);
}

function packageNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : name,
    );
}
