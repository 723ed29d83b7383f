/**
 * Tests in Chromium, and in Firefox if it is installed, of pages on which another library replaces `Promise`, its
 * methods, or the functions that schedule callbacks. The libraries are loaded before and after Throughline. Code never
 * reads the value of another flow. With the transform, nothing is lost; with interception, a warning names the remedy.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MissingBrowser } from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { runForJson } from '../runtimes/run-for-json.js';
import type { Readings } from './readings.js';
import { bundle, openTestPages, type TestPages } from './test-pages.js';

/** Statements that load a library: those of a CommonJS module. */
const replacements: Readonly<Record<string, string>> = {
  'zone.js 0.16': `require('zone.js');`,
  'zone.js 0.15': `require('zone.js-15');`,
  'zone.js 0.14': `require('zone.js-14');`,
  'zone.js/testing': `require('zone.js'); require('zone.js/testing');`,
  Bluebird: `globalThis.Promise = require('bluebird');`,
  'promise-polyfill': `globalThis.Promise = require('promise-polyfill');`,
  'core-js': `require('core-js/configurator')({ usePolyfill: ['Promise'] }); require('core-js/actual/promise');`,
  'es6-shim': `delete globalThis.Promise; require('es6-shim');`,
};

const wrappers: Readonly<Record<string, string>> = {
  Sentry: `const sentry = require('@sentry/browser');
sentry.init({ dsn: \`http://key@\${location.host}/1\`, integrations: [sentry.browserTracingIntegration()], tracesSampleRate: 1 });`,
  'Datadog RUM': `require('@datadog/browser-rum').datadogRum.init({
  applicationId: 'id', clientToken: 'token', site: 'datadoghq.com', trackUserInteractions: true, trackResources: true,
  proxy: location.origin + '/missing',
});`,
  'New Relic': `const { BrowserAgent } = require('@newrelic/browser-agent/loaders/browser-agent');
new BrowserAgent({
  init: { distributed_tracing: { enabled: true } },
  info: { beacon: location.host, errorBeacon: location.host, licenseKey: 'key', applicationID: '1', sa: 1 },
  loader_config: { accountID: '1', trustKey: '1', agentID: '1', licenseKey: 'key', applicationID: '1' },
});`,
  Dexie: `require('dexie');`,
};

const modes = ['transform', 'interception'] as const;
type Mode = (typeof modes)[number];

/** The scripts of a page, in each order in which Throughline and the library can be loaded. */
const orders: Readonly<Record<string, (library: string, mode: Mode) => Promise<string[]>>> = {
  'before Throughline': async (library, mode) => [await bundle(library, 'iife'), await bundleFlows('', mode)],
  'after Throughline': async (library, mode) => [
    await bundle(`import { install } from 'throughline/web';\n${installed(mode)}`, 'iife'),
    await bundle(library, 'iife'),
    await bundleFlows('', mode),
  ],
  'after the first storage': async (library, mode) => [
    await bundle(
      `import { install } from 'throughline/web';
import { AsyncLocalStorage } from 'throughline';
${installed(mode)}
globalThis.storage = new AsyncLocalStorage();`,
      'iife',
    ),
    await bundle(library, 'iife'),
    await bundleFlows('', mode),
  ],
  // With the plugin, the patches of Throughline are installed first.
  'by an import': async (library, mode) => [await bundleFlows(library, mode)],
};

const installed = (mode: Mode): string => `install({ await: ${mode === 'interception'} });`;

interface Outcome extends Readings {
  readonly report: string;
  readonly warnings: readonly string[];
}

const recordWarnings = `globalThis.warnings = [];
console.warn = (...args) => globalThis.warnings.push(args.join(' '));`;

async function bundleFlows(library: string, mode: Mode): Promise<string> {
  const imports = library && `import 'library';`;
  return bundle(
    `${imports}
import { readInterleavedFlows } from './interleaved-flows.js';
import { install } from 'throughline/web';
globalThis.result = readInterleavedFlows(globalThis.storage).then((readings) => ({
  ...readings,
  report: install().report.await,
  warnings: globalThis.warnings,
}));`,
    'iife',
    {
      plugins: [
        {
          name: 'library',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /^library$/ }, () => ({ path: 'library', namespace: 'library' }));
            onLoad({ filter: /./, namespace: 'library' }, () => ({
              contents: library,
              resolveDir: import.meta.dirname,
            }));
          },
        },
        ...(mode === 'transform' ? [throughline()] : []),
      ],
    },
  );
}

/** What interception cannot observe if all promises of the page are those of a library. */
const isAwait = (what: string): boolean => /await/.test(what);

describe('on the portable engine in Node', () => {
  for (const [order, imports] of Object.entries({
    'before Throughline': ['zone.js/node', './install-patches.js'],
    'after Throughline': ['./install-patches.js', 'zone.js/node'],
  })) {
    for (const mode of modes) {
      it(`zone.js/node, loaded ${order}: nothing of another flow is read with ${mode}`, async () => {
        const source = `${imports.map((name) => `import '${name}';`).join('\n')}
import { readInterleavedFlows } from './interleaved-flows.js';
import { install } from 'throughline/web';
${installed(mode)}
readInterleavedFlows().then((readings) => console.log(JSON.stringify({ ...readings, warnings: globalThis.warnings })));`;
        const program = await bundle(source, 'cjs', {
          banner: { js: recordWarnings },
          external: ['node:*', 'crypto', 'events', 'fs', 'timers'],
          plugins: mode === 'transform' ? [throughline({ install: false })] : [],
        });
        const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
        try {
          await writeFile(join(folder, 'flows.cjs'), program);
          const outcome = await runForJson(process.execPath, [join(folder, 'flows.cjs')], 60_000);
          const { missing, wrong, right, warnings } = outcome as Outcome;
          assert.deepEqual(wrong, {});
          assert.deepEqual(
            Object.keys(missing).filter((what) => mode === 'transform' || !isAwait(what)),
            [],
          );
          assert.ok(right > 400, String(right));
          if (mode === 'interception') assert.equal(warnings.length, 1);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });
    }
  }
});

// A page takes Firefox four times as long, so it runs the orders that differ most.
for (const [browser, tested] of [
  ['chromium', Object.keys(orders)],
  ['firefox', ['before Throughline', 'after the first storage']],
] as const) {
  describe(`in ${browser}`, () => {
    let pages: TestPages | undefined;
    let missingBrowser: string | undefined;

    before(async () => {
      try {
        pages = await openTestPages(browser);
      } catch (error) {
        if (!(error instanceof MissingBrowser)) throw error;
        missingBrowser = error.message;
      }
    });
    after(() => pages?.close());

    const test = (title: string, run: (pages: TestPages) => Promise<void>): void => {
      it(title, async (context) => {
        if (pages === undefined) context.skip(missingBrowser);
        else await run(pages);
      });
    };
    const evaluate = async (
      { evaluateScripts }: TestPages,
      library: string,
      order: string,
      mode: Mode,
    ): Promise<Outcome> => {
      const scripts = await orders[order]?.(library, mode);
      return (await evaluateScripts(recordWarnings, ...(scripts ?? []))) as Outcome;
    };

    for (const order of tested) {
      for (const [name, library] of Object.entries(replacements)) {
        test(`${name}, loaded ${order}: with the transform, every value is right`, async (opened) => {
          const { right, missing, wrong, report, warnings } = await evaluate(opened, library, order, 'transform');
          assert.deepEqual({ missing, wrong }, { missing: {}, wrong: {} });
          assert.ok(right > 600, String(right));
          assert.equal(report, 'transformed');
          assert.deepEqual(warnings, []);
        });

        test(`${name}, loaded ${order}: interception warns once and loses values, but shows none of another flow`, async (opened) => {
          const { right, missing, wrong, report, warnings } = await evaluate(opened, library, order, 'interception');
          assert.deepEqual(wrong, {});
          assert.ok(right > 200, String(right));
          // es6-shim replaces Promise in a way that is noticed only when the next storage is created.
          if (name !== 'es6-shim')
            assert.deepEqual(
              Object.keys(missing).filter((what) => !isAwait(what)),
              [],
            );
          assert.equal(report, name === 'core-js' ? 'not followed' : 'intercepted');
          assert.equal(warnings.length, 1, warnings.join('\n'));
          assert.match(String(warnings[0]), /@throughline\/transform/);
        });
      }

      for (const [name, library] of Object.entries(wrappers)) {
        for (const mode of modes) {
          test(`${name}, loaded ${order}: nothing is lost with ${mode}`, async (opened) => {
            const { missing, wrong, report } = await evaluate(opened, library, order, mode);
            assert.deepEqual(wrong, {});
            assert.deepEqual(missing, mode === 'transform' ? {} : { 'await of undefined': 20 });
            assert.equal(report, mode === 'transform' ? 'transformed' : 'intercepted');
          });
        }
      }
    }

    for (const mode of modes) {
      test(`transactions of Dexie in several flows show none of another flow with ${mode}`, async (opened) => {
        const source = `import { readDexieFlows } from './dexie-flows.js';
globalThis.result = readDexieFlows();`;
        const { missing, wrong, right } = (await opened.evaluateScripts(
          await bundle(source, 'iife', mode === 'transform' ? { plugins: [throughline()] } : {}),
        )) as Readings;
        assert.deepEqual(wrong, {});
        if (mode === 'transform') assert.deepEqual({ missing, right }, { missing: {}, right: 202 });
      });
    }

    for (const first of ['zone.js', 'throughline/web']) {
      test(`an Angular application with zone.js reads the right values if ${first} is imported first`, async (opened) => {
        const imports = [`import 'zone.js';`, `import './install-patches.js';`];
        if (first !== 'zone.js') imports.reverse();
        const source = `${imports.join('\n')}
import { readAngularFlows } from './angular-app.js';
globalThis.result = readAngularFlows();`;
        for (const options of [
          { plugins: [throughline()] },
          // As Angular's own build lowers async functions.
          { plugins: [throughline()], supported: { 'async-await': false, 'async-generator': false } },
        ]) {
          const readings = (await opened.evaluateScripts(await bundle(source, 'iife', options))) as Readings;
          assert.deepEqual({ missing: readings.missing, wrong: readings.wrong }, { missing: {}, wrong: {} });
          assert.equal(readings.right, 361);
        }
      });
    }
  });
}
