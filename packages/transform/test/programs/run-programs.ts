/**
 * `node --conditions=throughline-portable run-programs.js <first seed> <count> [show]`: runs random programs as they are,
 * followed by Node's own class, and transformed, followed by the portable engine. Prints every difference, and at the end how
 * much was compared; with `show` also the programs.
 */
import { AsyncLocalStorage as NodeStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { transform } from '@throughline/transform';
import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';
import { type Frames, makeWorld } from './program-environment.js';
import { writeProgram } from './write-program.js';

const [first = 1, count = 100] = process.argv.slice(2, 4).map(Number);
const [major = 0] = process.versions.node.split('.').map(Number);
const require = createRequire(import.meta.url);

/** Of Node's class, which ours has the methods of. */
const framesOf = (storage: Pick<NodeStorage<number>, 'getStore' | 'run' | 'enterWith'>): Frames => ({
  get: () => storage.getStore(),
  run: (value, fn) => storage.run(value, fn),
  // Before Node 24 its own class lets what was entered be seen by others.
  enter: (value) => (major < 24 ? undefined : storage.enterWith(value)),
});

function run(code: string, frames: Frames, seed: number): Promise<readonly string[]> {
  const { scope, runFlows } = makeWorld(frames, seed);
  const module: { exports: (() => Promise<unknown>)[] } = { exports: [] };
  new Function('module', 'require', ...Object.keys(scope), code)(module, require, ...Object.values(scope));
  return runFlows(module.exports);
}

process.on('unhandledRejection', () => {});
// Node 24 has resources as well, but ends with a segmentation fault when a loop's head declares one.
const runs: { seed: number; code: string; expected: readonly string[] }[] = [];
const nodeFrames = framesOf(new NodeStorage());
for (let seed = first; seed < first + count; seed++) {
  const code = writeProgram(seed, major >= 26);
  runs.push({ seed, code, expected: await run(code, nodeFrames, seed) });
}

install({ await: false });
const frames = framesOf(new AsyncLocalStorage<number>());
let steps = 0;
let differences = 0;
for (const { seed, code, expected } of runs) {
  const transformed = transform(code, { filename: `${seed}.cjs` })?.code ?? code;
  const actual = await run(transformed, frames, seed);
  steps += expected.length;
  const at = expected.findIndex((what, i) => what !== actual[i]);
  if (at < 0 && actual.length === expected.length) continue;
  differences++;
  console.log(
    `seed ${seed}, at ${at}: expected ${expected.slice(at - 3, at + 3)}; was ${actual.slice(at - 3, at + 3)}`,
  );
  if (process.argv[4] === 'show') console.log(`${code}\n${transformed}`);
}
console.log(JSON.stringify({ programs: runs.length, steps, differences }));
process.exit(differences === 0 ? 0 : 1);
