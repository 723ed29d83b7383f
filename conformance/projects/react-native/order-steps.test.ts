/**
 * The code of the example app that is not React Native's, on engines without a runtime around them: the orders of two
 * users overlap, and each step reads the user of its own. `npm run projects` runs the whole app.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';
import { type EngineName, engines, evaluateInEngine } from '../../engines/engines.js';

const example = new URL('../../../../examples/react-native/', import.meta.url);

/** Runs three orders of each user, with stand-ins for what an engine lacks, and prints what their steps have read. */
const PROGRAM = `
import { withOrder } from './current-order';
import { placeOrder } from './order/place-order';

globalThis.setImmediate = (callback) => setTimeout(callback, 0);
globalThis.requestAnimationFrame = (callback) => setTimeout(callback, 16);
globalThis.console = { log() {} };
const traces = [];
globalThis.fetch = (url, { headers }) => {
  traces.push(headers.traceparent);
  return new Promise((resolve) => setTimeout(() => resolve({ text: () => Promise.resolve('') }), 10));
};

const readings = {};
const order = (user) => {
  const read = (readings[user] ??= []);
  return withOrder(user, () => placeOrder((step, reader) => read.push(step + ' ' + reader), '/'));
};
Promise.all(['user 1', 'user 2', 'user 1', 'user 2', 'user 1', 'user 2'].map(order))
  .then(() => ({ readings, traces }), (error) => ({ error: String(error) }))
  .then((result) => {
    print(JSON.stringify(result));
    clearAllTimers();
  });
`;

const bundled = await build({
  stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL('src/', example)), sourcefile: 'program.ts', loader: 'ts' },
  bundle: true,
  write: false,
  format: 'iife',
  target: 'esnext',
  plugins: [throughline()],
});
const script = bundled.outputFiles[0]?.text ?? '';

const STEPS = ['tap', 'await', 'then', 'timer', 'immediate', 'frame', 'fetch', 'catch', 'generator', 'for await', 'all'];

for (const name of ['hermes', 'hermesAsync', 'quickjs'] satisfies EngineName[]) {
  const { title, isInstalled } = engines[name];
  const skip = !isInstalled() && `${title} is not installed: npm run test:all installs it`;
  test(`each order of the example app reads its own user on ${title}`, { skip }, async () => {
    const result = (await evaluateInEngine(name, script)) as Result;
    assert.equal(result.error, undefined);
    for (const user of ['user 1', 'user 2']) {
      const expected = STEPS.flatMap((step) => Array.from({ length: 3 }, () => `${step} ${user}`));
      assert.deepEqual(result.readings[user]?.toSorted(), expected.toSorted());
    }
    assert.equal(new Set(result.traces.map((trace) => trace.split('-')[1])).size, 6);
  });
}

interface Result {
  readonly error?: string;
  /** What the steps have read, by user. */
  readonly readings: Readonly<Record<string, readonly string[]>>;
  /** The headers `traceparent` of the requests. */
  readonly traces: readonly string[];
}

test('the packages of React Native in the example app have one version', () => {
  const { dependencies, devDependencies }: Record<'dependencies' | 'devDependencies', Record<string, string>> =
    JSON.parse(readFileSync(new URL('package.json', example), 'utf8'));
  for (const name of ['@react-native/babel-preset', '@react-native/metro-config']) {
    assert.equal(devDependencies[name], dependencies['react-native'], name);
  }
});
