/**
 * Runs random programs twice: untransformed with Node's own `AsyncLocalStorage`, and transformed on the portable
 * engine. Their traces must be equal.
 *
 *     node --conditions=throughline-portable compare-programs.js FIRST-SEED COUNT [show]
 *
 * Prints every difference, and with `show` the programs concerned as well. The last line is JSON: the numbers of
 * programs, of steps in their traces, and of differences.
 */
import { AsyncLocalStorage as NodeStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { transform } from '@throughline/transform';
import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';
import { generateProgram } from './generate-program.js';
import { createEnvironment, type FrameStorage } from './program-environment.js';

const [first = 1, count = 100] = process.argv.slice(2, 4).map(Number);
const [major = 0] = process.versions.node.split('.').map(Number);
const require = createRequire(import.meta.url);

/** Adapts a storage of Node's class, or of ours, which has the same methods. */
const frameStorageOf = (storage: Pick<NodeStorage<number>, 'getStore' | 'run' | 'enterWith'>): FrameStorage => ({
  get: () => storage.getStore(),
  run: (value, fn) => storage.run(value, fn),
  // Before Node 24, a value that Node's own class enters becomes visible in other flows.
  enter: (value) => (major < 24 ? undefined : storage.enterWith(value)),
});

function run(code: string, frameStorage: FrameStorage, seed: number): Promise<readonly string[]> {
  const { functions, runFlows } = createEnvironment(frameStorage, seed);
  const module: { exports: (() => Promise<unknown>)[] } = { exports: [] };
  new Function('module', 'require', ...Object.keys(functions), code)(module, require, ...Object.values(functions));
  return runFlows(module.exports);
}

process.on('unhandledRejection', () => {});
const runs: { seed: number; code: string; expected: readonly string[] }[] = [];
const nodeStorage = frameStorageOf(new NodeStorage());
for (let seed = first; seed < first + count; seed++) {
  // Node 24 supports `using` as well, but crashes with a segmentation fault if the head of a loop declares a resource.
  const code = generateProgram(seed, major >= 26);
  runs.push({ seed, code, expected: await run(code, nodeStorage, seed) });
}

install({ await: false });
const ourStorage = frameStorageOf(new AsyncLocalStorage<number>());
let steps = 0;
let differences = 0;
for (const { seed, code, expected } of runs) {
  const transformed = transform(code, { filename: `${seed}.cjs` })?.code ?? code;
  const actual = await run(transformed, ourStorage, seed);
  steps += expected.length;
  const index = expected.findIndex((entry, i) => entry !== actual[i]);
  if (index < 0 && actual.length === expected.length) continue;
  differences++;
  console.log(
    `seed ${seed}, step ${index}: expected ${expected.slice(index - 3, index + 3)}, actual ${actual.slice(index - 3, index + 3)}`,
  );
  if (process.argv[4] === 'show') console.log(`${code}\n${transformed}`);
}
console.log(JSON.stringify({ programs: runs.length, steps, differences }));
process.exit(differences === 0 ? 0 : 1);
