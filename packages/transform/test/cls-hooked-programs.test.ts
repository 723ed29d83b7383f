/**
 * Random programs with a namespace of cls-hooked: nested contexts, reads and writes in callbacks, timers, promises and
 * async functions. The migrated program reads the same values at every place.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from './programs/seeded-random.js';

const COUNT = 60;
const KEYS = ['user', 'trace-id', 'role'] as const;
const COMMAND = fileURLToPath(new URL('../../dist/migrate-command/migrate.js', import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(directory, { recursive: true, force: true }));
symlinkSync(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(directory, 'node_modules'));

class ProgramGenerator {
  readonly #random: SeededRandom;
  #reads = 0;
  #writes = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  generate(): string {
    return `const { createNamespace } = require('cls-hooked');
const ns = createNamespace('random');
module.exports = async ({ read, pause, later }) => {
${this.#block(0, false)}
};
`;
  }

  /** @param isInContext whether a context is current, without which a write would throw */
  #block(depth: number, isInContext: boolean): string {
    const statements = Array.from({ length: 2 + this.#random.below(3) }, () => this.#statement(depth, isInContext));
    return statements.join('\n');
  }

  #statement(depth: number, isInContext: boolean): string {
    const key = JSON.stringify(this.#random.pick(KEYS));
    if (depth > 3 || this.#random.below(3) === 0) {
      if (isInContext && this.#random.below(2) === 0) return `ns.set(${key}, ${this.#writes++});`;
      return `read(${this.#reads++}, ns.get(${key}));`;
    }
    const same = () => this.#block(depth + 1, isInContext);
    const inner = () => this.#block(depth + 1, true);
    switch (this.#random.below(6)) {
      case 0:
        return `await later((done) => { ns.run(() => { (async () => {\n${inner()}\n})().then(done, done); }); });`;
      case 1:
        return `await ns.runAndReturn(async () => {\n${inner()}\n});`;
      case 2:
        return `await later((done) => { setTimeout(async () => {\n${same()}\ndone(); }, ${this.#random.below(5)}); });`;
      case 3:
        return `await pause(${this.#random.below(3)});`;
      case 4:
        return `await later((done) => { Promise.resolve().then(async () => {\n${same()}\n}).then(done, done); });`;
      default:
        return `await later((done) => { process.nextTick(() => setImmediate(async () => {\n${same()}\ndone(); })); });`;
    }
  }
}

/** Runs a program, and returns the value of each read. */
async function readsOf(file: string): Promise<Record<number, unknown>> {
  const program: unknown = createRequire(file)(file);
  assert.ok(typeof program === 'function');
  const reads: Record<number, unknown> = {};
  await program({
    read: (id: number, value: unknown) => {
      reads[id] = value ?? 'none';
    },
    pause: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
    later: (start: (done: (error?: unknown) => void) => void) =>
      new Promise<void>((resolve, reject) => start((error) => (error === undefined ? resolve() : reject(error)))),
  });
  return reads;
}

test(`${COUNT} random programs read the same values before and after the migration`, async () => {
  const programs = Array.from({ length: COUNT }, (_, index) => new ProgramGenerator(index + 1).generate());
  const migrated = join(directory, 'migrated');
  const original = join(directory, 'original');
  for (const folder of [original, migrated]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    for (const [index, code] of programs.entries()) writeFileSync(join(folder, `${index}.js`), code);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND], { cwd: migrated, encoding: 'utf8' });
  assert.deepEqual([stderr, status], ['', 0], stdout);
  // The programs run concurrently. Each of them runs one task at a time, so that the order of its writes is certain.
  const [expected, actual] = await Promise.all(
    [original, migrated].map((folder) => Promise.all(programs.map((_, index) => readsOf(join(folder, `${index}.js`))))),
  );
  for (const [index, code] of programs.entries()) {
    assert.deepEqual(actual?.[index], expected?.[index], `seed ${index + 1}\n${code}`);
  }
  const found = expected?.flatMap((reads) => Object.values(reads)).filter((value) => value !== 'none') ?? [];
  assert.ok(found.length > COUNT, `the programs read only ${found.length} values`);
});
