/**
 * Promise classes of libraries, in Chromium and on Node: `docs/web.md` states in which frame their reactions run. In
 * pages that are built with the transform, and in those in which they replace the global `Promise` before Throughline is
 * loaded, no flow reads the value of another.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import Bluebird from 'bluebird';
import { type BuildOptions, build } from 'esbuild';
import { AsyncLocalStorage } from 'throughline';
import { type LibraryPromise, promiseLibraries } from './promise-libraries.js';
import { type Outcome, runPromiseLibraries } from './run-promise-libraries.js';

type Outcomes = Record<string, Record<string, Outcome>>;

const NAMES = Object.keys(promiseLibraries);

let browser: Browser;
let server: PageServer;
let pageCount = 0;

before(async () => {
  [browser, server] = await Promise.all([openBrowser('chromium'), startPageServer()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Runs modules in a page, one after the other, and returns the value to which `globalThis.result` settles. */
async function runInPage(
  sources: readonly string[],
  isTransformed: boolean,
  options: BuildOptions = {},
): Promise<unknown> {
  const path = `/promises/${++pageCount}`;
  const scripts = await Promise.all(
    sources.map(async (contents, index) => {
      const result = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        conditions: ['throughline-portable'],
        // Its modules cannot be bundled.
        alias: { when: 'when/dist/browser/when.js' },
        logLevel: 'error',
        plugins: isTransformed ? [throughline()] : [],
        ...options,
      });
      assert.deepEqual(result.warnings, []);
      server.add(`${path}-${index}.js`, result.outputFiles?.[0]?.text ?? '');
      return `<script type="module" src="${path}-${index}.js"></script>`;
    }),
  );
  server.add(path, `<!doctype html><meta charset="utf-8"><body>${scripts.join('')}`);
  const page = await browser.openPage(server.origin + path);
  try {
    return await page.evaluate('globalThis.result');
  } finally {
    await page.close();
  }
}

const INSTALL = `import { install } from 'throughline/web';
install();`;

const RUN = `import { AsyncLocalStorage } from 'throughline';
import { runPromiseLibraries } from './run-promise-libraries.js';
`;

const NATIVE = 'of native promises that resolve with them';

function worst(outcomes: Record<string, Outcome> | undefined): Outcome | undefined {
  const found = Object.entries(outcomes ?? {}).flatMap(([use, outcome]) => (use === NATIVE ? [] : [outcome]));
  return (['another', 'root', 'kept'] as const).find((outcome) => found.includes(outcome));
}

test('reactions keep the frame of the call in a page that is built with the transform', async () => {
  const outcomes = await runInPage([`${RUN}globalThis.result = runPromiseLibraries(new AsyncLocalStorage());`], true);
  const kept = Object.fromEntries(
    Object.keys(Object.values(outcomes as Outcomes)[0] ?? {}).map((use) => [use, 'kept']),
  );
  assert.deepEqual(outcomes, Object.fromEntries(NAMES.map((name) => [name, kept])));
});

test('reactions keep the frame of the call with version 2 of Q', async () => {
  const require = createRequire(import.meta.url);
  const folder = await mkdtemp(join(tmpdir(), 'throughline-q-'));
  try {
    // It is installed under another name.
    const file = join(folder, 'node_modules/q/q.js');
    await cp(require.resolve('q-2'), file);
    const source = `import { AsyncLocalStorage } from 'throughline';
import { runPromiseLibraries } from './run-promise-libraries.js';
import Q from ${JSON.stringify(file)};
globalThis.result = runPromiseLibraries(new AsyncLocalStorage(), { q: (executor) => new Q.Promise(executor) });`;
    const nodePaths = [dirname(dirname(require.resolve('weak-map/package.json')))];
    const { q } = (await runInPage([source], true, { nodePaths })) as Outcomes;
    assert.deepEqual([...new Set(Object.values(q ?? {}))], ['kept'], JSON.stringify(q));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('reactions keep the frame of the call with Q in a page that has a global process', async () => {
  const run = `${RUN}import Q from 'q';
globalThis.result = runPromiseLibraries(new AsyncLocalStorage(), { q: (executor) => Q.Promise(executor) });`;
  const { q } = (await runInPage(['globalThis.process = { emit() {} };', run], true)) as Outcomes;
  assert.deepEqual([...new Set(Object.values(q ?? {}))], ['kept'], JSON.stringify(q));
});

test('all methods of Bluebird keep the frame of the call there, also those of a copy and of the build for Node', async () => {
  const createSource = (prepare: string) => `${RUN}import Bluebird from 'bluebird';
import { createBluebirdMethods } from './bluebird-methods.js';
${prepare}
const bluebirdMethods = createBluebirdMethods(Library);
const storage = new AsyncLocalStorage();
const due = [];
const later = () => new Library((resolve) => due.push(resolve));
const timer = storage.run('the clock', setInterval, () => { for (const settle of due.splice(0)) settle(); }, 1);
const wrong = {};
const flows = Object.entries(bluebirdMethods).flatMap(([name, run]) =>
  Array.from({ length: 20 }, (_, index) => 'flow ' + index).concat(undefined).map((expected) => {
    const check = () => {
      const value = storage.getStore();
      if (value !== expected && wrong[name] !== 'another') wrong[name] = value === undefined ? 'root' : 'another';
    };
    return expected === undefined ? run(check, later) : storage.run(expected, run, check, later);
  }),
);
globalThis.result = Promise.all(flows).then(() => (clearInterval(timer), wrong));`;
  const library = createSource('const Library = Bluebird;');
  assert.deepEqual(await runInPage([library], true), {});
  assert.deepEqual(await runInPage([createSource('const Library = Bluebird.getNewLibraryCopy();')], true), {});
  const forNode = `import Library from 'bluebird/js/release/bluebird.js';`;
  assert.deepEqual(await runInPage([createSource(forNode)], true), {});
  const withoutTransform = (await runInPage([INSTALL, library], false)) as Record<string, Outcome>;
  assert.equal(withoutTransform.map, 'another', 'the test sees what the transform changes');
});

const REPLACEMENTS = {
  bluebird: `import Bluebird from 'bluebird'; globalThis.Promise = Bluebird;`,
  'es6-promise': `import es6Promise from 'es6-promise'; globalThis.Promise = es6Promise.Promise;`,
  'promise-polyfill': `import Polyfill from 'promise-polyfill'; globalThis.Promise = Polyfill;`,
  // The timer is patched, and runs the reactions in the frame of the code that has settled the promise.
  'promise-polyfill with a timer': `import Polyfill from 'promise-polyfill'; globalThis.Promise = Polyfill;
Polyfill._immediateFn = (fn) => setTimeout(fn);`,
  rsvp: `import { Promise as Rsvp } from 'rsvp'; globalThis.Promise = Rsvp;`,
  'core-js': `globalThis.native = Promise;
import configurator from 'core-js/configurator'; configurator({ usePolyfill: ['Promise'] });
globalThis.result = import('core-js/es/promise').then(() => {
  if (globalThis.native === Promise) throw new Error('core-js has not replaced Promise');
});
await globalThis.result;`,
};

for (const [name, replace] of Object.entries(REPLACEMENTS)) {
  const run = `${RUN}globalThis.result = runPromiseLibraries(new AsyncLocalStorage(), { global: (executor) => new Promise(executor) });`;

  test(`reactions keep the frame of the call if ${name} replaces Promise before Throughline is loaded`, async () => {
    const { global } = (await runInPage([replace, `${INSTALL}\n${run}`], false)) as Outcomes;
    assert.equal(worst(global), 'kept', JSON.stringify(global));
  });

  test(`reactions keep the frame of the call if ${name} replaces Promise in a page that is built with the transform`, async () => {
    const { global } = (await runInPage([replace, run], true)) as Outcomes;
    assert.equal(worst(global), 'kept', JSON.stringify(global));
  });
}

test('on Node, the option asyncHooks of Bluebird keeps the frame of the call', async () => {
  const Copy = Bluebird.getNewLibraryCopy();
  Copy.config({ asyncHooks: true });
  const outcomes = await runPromiseLibraries(new AsyncLocalStorage<string>(), {
    bluebird: (executor) => new Copy(executor) as unknown as LibraryPromise,
  });
  assert.equal(worst(outcomes.bluebird), 'kept', JSON.stringify(outcomes));
});

test('docs/web.md states in which frame the reactions run', async () => {
  const page = await readFile(new URL('../../../docs/web.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| \[`(\S+)`\]\(https:\/\/www\.npmjs\.com\/\S+\) \| (.*) \|$/gm)].map(
    ([, name = '', cells = '']) => [name, cells.split(' | ')] as const,
  );
  assert.deepEqual(
    rows.map(([name]) => name),
    NAMES,
  );
  const built = await runInPage([`${RUN}globalThis.result = runPromiseLibraries(new AsyncLocalStorage());`], true);
  const notBuilt = await runInPage(
    [INSTALL, `${RUN}globalThis.result = runPromiseLibraries(new AsyncLocalStorage());`],
    false,
  );
  const onNode = await runPromiseLibraries(new AsyncLocalStorage<string>());
  assert.deepEqual(onNode, await runPromiseLibraries(new NodeAsyncLocalStorage<string>()), "Node's own class differs");
  for (const outcomes of [built, notBuilt, onNode] as Outcomes[]) {
    for (const name of NAMES) assert.equal(outcomes[name]?.[NATIVE], 'kept', `${name}, through a native promise`);
  }
  for (const [name, cells] of rows) {
    const columns = [built, notBuilt, onNode] as Outcomes[];
    const outcomes = columns.map((outcome) => worst(outcome[name]));
    // Its first job is run by a timer or by a message, whichever comes first.
    if (name === 'q' && outcomes[1] === 'root') outcomes[1] = 'another';
    assert.deepEqual(
      cells.map((cell) => cell.replace(/\*/g, '').replace('’s', '')),
      outcomes,
      name,
    );
  }
});
