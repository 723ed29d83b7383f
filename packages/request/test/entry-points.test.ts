/** What each entry of the package loads, seen in a process of its own. */
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

/** What nobody is to load who has not asked for it: the frameworks, and what the sessions and the logs work with. */
const optional = [...Object.keys(manifest.peerDependencies), 'keyv', 'pino', 'winston'].filter(
  (name) => name !== 'throughline',
);

/** Of its framework an entry has the types only, but for these. */
const needed: Readonly<Record<string, readonly string[]>> = {
  './h3': ['h3'],
  './nest': ['@nestjs/common', '@nestjs/core'],
  './sessions': ['keyv'],
};

/** Tells every module that is imported, in the thread of the loader. */
const hooks = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(1, url + '\\n');
  return next(url, context);
}`;

/** Imports an entry, and tells what was required too. */
const probe = (entry: string) => `
import { createRequire, register } from 'node:module';
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
await import(${JSON.stringify(entry)});
for (const path of Object.keys(createRequire(${JSON.stringify(entry)}).cache)) console.log(path);`;

async function loadedPackages(entry: string): Promise<Set<string>> {
  const flags = ['--no-warnings', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', probe(entry)], {
    timeout: 60_000,
    // A link in node_modules is no other package.
    cwd: fileURLToPath(root),
  });
  assert.ok(stdout.includes(entry), 'the hooks have seen nothing');
  return new Set(
    [...stdout.matchAll(/node_modules[\\/]((?:@[^\\/\n]+[\\/])?[^\\/\n]+)/g)].map(([, name = '']) => name),
  );
}

describe('an import loads no framework that it does not need', () => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    const path = typeof target === 'string' ? target : target.default;
    if (!path.endsWith('.js')) continue;
    const entry = new URL(path, root);
    const skip = existsSync(entry) ? false : `${path} is not there yet`;
    it(name, { skip }, async () => {
      const loaded = await loadedPackages(entry.href);
      const own = needed[name] ?? [];
      assert.deepEqual(
        optional.filter((one) => loaded.has(one) && !own.includes(one)),
        [],
      );
    });
  }
});
