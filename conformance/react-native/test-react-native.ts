/**
 * Runs React Native's own JavaScript, bundled by Metro under the condition `react-native`, on the virtual machine of
 * Hermes, and in V8 with the polyfill of promises that other engines get.
 *
 * `npm run test:all` runs this file. `npm test` does not: React Native takes 15 s to install, and as long to bundle.
 * `npm run react-native -- 0.81.6` runs it with another version.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runFileInHermes } from '../engines/hermes.js';
import { runForJson } from '../runtimes/run-for-json.js';
import type { CaseResult } from './programs/api-cases.js';
import { bundleWithMetro, installReactNative, NEWEST_VERSION } from './react-native-project.js';

interface Output {
  readonly results: readonly CaseResult[];
  /** The properties that could not be patched. */
  readonly refused: readonly string[];
}

const [version = NEWEST_VERSION] = process.argv.slice(2);

const TIMEOUT_MS = 120_000;

function runInContext(file: string): Promise<unknown> {
  const script = fileURLToPath(new URL('context-process.js', import.meta.url));
  return runForJson(process.execPath, [script, file], TIMEOUT_MS);
}

const hosts = [
  {
    title: 'Hermes, new architecture',
    architecture: 'bridgeless',
    run: (file: string) => runFileInHermes(file, TIMEOUT_MS),
    skip:
      version !== NEWEST_VERSION && 'Its virtual machine of 2022 cannot parse regular expressions of older versions.',
  },
  { title: 'V8, new architecture, polyfill of promises', architecture: 'bridgeless', run: runInContext, skip: false },
  { title: 'V8, bridge, polyfill of promises', architecture: 'bridge', run: runInContext, skip: false },
];

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Compiles a script that runs before the bundle. */
async function compile(entry: string, architecture: string): Promise<string> {
  const result = await build({
    entryPoints: [path(entry)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    define: { architecture: JSON.stringify(architecture) },
  });
  return result.outputFiles[0]?.text ?? '';
}

describe(`React Native ${version}`, () => {
  let directory: string;
  let bundle: string;

  before(async () => {
    await installReactNative(version);
    directory = await mkdtemp(join(tmpdir(), 'throughline-'));
    bundle = await bundleWithMetro(version, path('programs/api-cases.js'), join(directory, 'bundle.js'));
  });

  after(() => rm(directory, { recursive: true, force: true }));

  for (const { title, architecture, run, skip } of hosts) {
    it(`${title}: callbacks run in the right frame`, { skip }, async (context) => {
      const scripts = await Promise.all([
        compile('../engines/engine-globals.js', architecture),
        compile('native-side.js', architecture),
      ]);
      const file = join(directory, `${architecture}.js`);
      await writeFile(file, [...scripts, bundle].join('\n'));
      const { results, refused } = (await run(file)) as Output;
      assert.deepEqual(refused, []);
      assert.ok(results.length > 40, `There are ${results.length} results.`);
      for (const result of results) {
        await context.test(result.title, () => assert.equal(result.values, result.expected));
      }
    });
  }
});
