/** Bundles of Metro on Hermes: every construct around which code can suspend keeps its frame. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { transform } from 'esbuild';
import { engines, runBundleInHermes } from './engines.js';
import { bundleWithMetro, type MetroBuild } from './metro-bundles.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Hermes and the preset do not know `using`. What else Hermes does not know is lowered in any case. */
const constructs = await transform(read('../../lowering/constructs.ts'), {
  loader: 'ts',
  target: 'esnext',
  supported: { using: false },
});

const files = {
  'constructs.js': constructs.code,
  'run-constructs.js': read('../lowering/run-constructs.js'),
  'index.js': `import { runConstructs } from './run-constructs';
runConstructs()
  .catch((error) => ({ error: String(error) }))
  .then((outcomes) => {
    print(JSON.stringify(outcomes));
    clearAllTimers();
  });`,
};

const builds: readonly MetroBuild[] = [
  { setup: 'withThroughline', asyncSyntax: 'lowered', platform: 'ios', inlineRequires: false },
  { setup: 'withThroughline', asyncSyntax: 'native', platform: 'android', inlineRequires: true },
  { setup: 'plugin for Babel', asyncSyntax: 'native', platform: 'ios', inlineRequires: true },
];

const skip = !engines.hermes.isInstalled() && 'Hermes is not installed: npm run test:all installs it';

describe('Metro', { skip }, () => {
  for (const build of builds) {
    const { setup, asyncSyntax, platform, inlineRequires } = build;
    const requires = inlineRequires ? 'inline requires' : 'requires at the beginning';
    it(`keeps the frame in every construct: ${setup}, ${asyncSyntax} async functions, ${platform}, ${requires}`, async () => {
      const script = await bundleWithMetro(files, build);
      const isNative = asyncSyntax === 'native';
      assert.deepEqual([/\basync function\b/.test(script), /_f\.off\(/.test(script)], [isNative, isNative]);
      const outcomes = await runBundleInHermes(script);
      assert.deepEqual([...new Set(Object.values(outcomes as object))], ['kept'], JSON.stringify(outcomes));
    });
  }
});
