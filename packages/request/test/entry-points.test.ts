/** The packages that each entry point loads, observed in a separate process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url);
const manifest: Manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

/** The packages that only some entry points may load: the frameworks, Keyv and the loggers. */
const optionalPackages = [...Object.keys(manifest.peerDependencies), 'keyv', 'pino', 'winston'].filter(
  (name) => name !== 'throughline',
);

/** The optional packages that an entry point needs. The others use only the types of their framework. */
const neededPackages: Readonly<Record<string, readonly string[]>> = {
  './h3': ['h3'],
  './koa': ['koa'],
  // @nestjs/core loads rxjs as well.
  './nest': ['@nestjs/common', '@nestjs/core', 'rxjs'],
  './sessions': ['keyv'],
};

/** Module hooks that print the URL of every module that is imported. */
const loaderHooks = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(1, url + '\\n');
  return next(url, context);
}`;

/** A program that imports an entry point, and also prints the path of every CommonJS module that was required. */
const probeProgram = (entry: string) => `
import { createRequire, register } from 'node:module';
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(loaderHooks)}`)});
await import(${JSON.stringify(entry)});
for (const path of Object.keys(createRequire(${JSON.stringify(entry)}).cache)) console.log(path);`;

async function loadedPackages(entry: string): Promise<Set<string>> {
  const flags = ['--no-warnings', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', probeProgram(entry)], {
    timeout: 60_000,
    // The package itself, which is a link in node_modules, must not count as another package.
    cwd: fileURLToPath(root),
  });
  assert.ok(stdout.includes(entry), 'the hooks must report the entry point');
  return new Set(
    [...stdout.matchAll(/node_modules[\\/]((?:@[^\\/\n]+[\\/])?[^\\/\n]+)/g)].map(([, name = '']) => name),
  );
}

describe('the import of an entry point loads no package that it does not need', () => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    const path = typeof target === 'string' ? target : target.default;
    if (!path.endsWith('.js')) continue;
    const entry = new URL(path, root);
    const skip = existsSync(entry) ? false : `${path} has not been built`;
    it(name, { skip }, async () => {
      const loaded = await loadedPackages(entry.href);
      const needed = neededPackages[name] ?? [];
      assert.deepEqual(
        optionalPackages.filter((one) => loaded.has(one) && !needed.includes(one)),
        [],
      );
    });
  }
});

it('the entry points load without the classes that Jest with jsdom lacks', async () => {
  const program = `
    for (const name of ['TextEncoder', 'TextDecoder', 'fetch', 'Request', 'Response', 'Headers']) delete globalThis[name];
    for (const subpath of ['', '/http', '/express', '/fastify', '/koa']) require('@throughline/request' + subpath);
    console.log('loaded');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program], { cwd: fileURLToPath(root) });
  assert.equal(stdout, 'loaded\n');
});
