/** The minified files for pages without a build step, in Chromium: next to each other, in workers, under a strict CSP. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join, posix } from 'node:path';
import { after, before, test } from 'node:test';
import { transform } from '@throughline/transform';
import * as throughline from 'throughline';
import * as web from 'throughline/web';
import { bundle } from '../web/test-pages.js';
import { type PackageHost, packageFolder, packedFiles, startPackageHost } from './package-host.js';

const SCRIPT = 'lib/standalone/throughline.min.js';
const MODULE = 'lib/standalone/throughline.module.min.js';
const AWAIT_SCRIPT = 'lib/standalone/await-script.min.js';
const FILES = [SCRIPT, MODULE, AWAIT_SCRIPT];

let host: PackageHost;

before(async () => {
  host = await startPackageHost();
});
after(() => host?.close());

const page = (...elements: readonly string[]) => `<!doctype html>\n${elements.join('\n')}\n`;
const script = (file: string) => `<script src="${host.url(file)}"></script>`;
const namedExports = { ...throughline, ...web };

test('the script defines one global variable, with what the package exports', async () => {
  const [names, exported] = await host.printedLines(
    page(
      `<div id="Throughline">An element that is a property of the window</div>`,
      '<script>const before = new Set(Object.getOwnPropertyNames(window));</script>',
      script(SCRIPT),
      `<script>
        new Throughline.AsyncLocalStorage().run(1, () => setTimeout(() => {}));
        console.log(Object.getOwnPropertyNames(window).filter((name) => !before.has(name)));
        console.log(Object.keys(Throughline).sort());
      </script>`,
    ),
    2,
  );
  assert.equal(names, 'Throughline');
  assert.equal(exported, Object.keys(namedExports).sort().join());
});

test('the module exports what the package exports, and defines no global variable', async () => {
  const [names, exported] = await host.printedLines(
    page(
      '<script>const before = new Set(Object.getOwnPropertyNames(window));</script>',
      `<script type="module">
        import * as throughline from '${host.url(MODULE)}';
        new throughline.AsyncLocalStorage().run(1, () => setTimeout(() => {}));
        console.log(Object.getOwnPropertyNames(window).filter((name) => !before.has(name)).length);
        console.log(Object.keys(throughline).sort());
      </script>`,
    ),
    2,
  );
  assert.equal(names, '0');
  assert.equal(exported, Object.keys(namedExports).sort().join());
});

test('classes have their names, although the files are minified', async () => {
  const names = `const { AsyncContext, AsyncLocalStorage, AsyncResource } = Throughline;
    [AsyncLocalStorage, AsyncResource, AsyncContext.Variable, AsyncContext.Snapshot].map(({ name }) => name)`;
  const lines = await host.printedLines(
    page(script(SCRIPT), `<script>${names.replace('[', 'console.log([')})</script>`),
    1,
  );
  assert.deepEqual(lines, ['AsyncLocalStorage,AsyncResource,Variable,Snapshot']);
});

/** A function that prints the values of storages with `print`, in the ways in which code of a flow continues. */
const PRINT_VALUES = `async function printValues(print, ...storages) {
  const values = (when) => print(when, ...storages.map((storage) => storage.getStore()));
  values('called:');
  await fetch(location.href);
  values('after await:');
  setTimeout(() => values('in a timer:'), 1);
}`;

test('the script, the module and a bundled copy on one page share the current frame and the patches', async () => {
  host.add(
    '/bundled.js',
    await bundle(`import { AsyncLocalStorage } from 'throughline';
      import { install } from 'throughline/web';
      globalThis.bundled = { AsyncLocalStorage, install };`),
  );
  const lines = await host.printedLines(
    page(
      script(SCRIPT),
      '<script type="module" src="/bundled.js"></script>',
      `<script type="module">
        import * as minified from '${host.url(MODULE)}';
        const copies = [Throughline, minified, bundled];
        console.log('copies:', new Set(copies.map((copy) => copy.AsyncLocalStorage)).size);
        const [first, second, third] = copies.map((copy) => new copy.AsyncLocalStorage());
        console.log('installations:', new Set(copies.map((copy) => copy.install())).size);
        ${PRINT_VALUES}
        first.run('a', () => second.run('b', () => third.run('c', () => printValues(console.log, first, second, third))));
        first.run('d', () => bundled.AsyncLocalStorage.bind(() => console.log('bound:', first.getStore())))();
        console.log('outside:', first.getStore(), second.getStore(), third.getStore());
      </script>`,
    ),
    7,
  );
  assert.deepEqual(lines, [
    'copies: 3',
    'installations: 1',
    'called: a b c',
    'bound: d',
    'outside: undefined undefined undefined',
    'after await: a b c',
    'in a timer: a b c',
  ]);
});

test('a file that is loaded twice keeps the values of the storages of both copies', async () => {
  const lines = await host.printedLines(
    page(
      script(SCRIPT),
      `<script>
        const first = new Throughline.AsyncLocalStorage();
        const { setTimeout: patched } = window;
      </script>`,
      script(SCRIPT),
      `<script type="module">
        import { AsyncLocalStorage } from '${host.url(MODULE)}';
        import * as again from '${host.url(MODULE)}?again';
        const second = new Throughline.AsyncLocalStorage();
        const third = new again.AsyncLocalStorage();
        console.log('patched once:', setTimeout === patched, 'copies:', AsyncLocalStorage !== again.AsyncLocalStorage);
        ${PRINT_VALUES}
        first.run('a', () => second.run('b', () => third.run('c', () => printValues(console.log, first, second, third))));
      </script>`,
    ),
    4,
  );
  assert.deepEqual(lines, [
    'patched once: true copies: true',
    'called: a b c',
    'after await: a b c',
    'in a timer: a b c',
  ]);
});

test('a bundler resolves the files by name, and keeps an import of the script that uses none of its exports', async () => {
  host.add(
    '/resolved.js',
    await bundle(`import 'throughline/standalone/throughline.min.js';
      import 'throughline/standalone/await-script.min.js';
      import { install } from 'throughline/standalone/throughline.module.min.js';
      console.log(install().report.await, Throughline.install === install, Throughline.install() === install());`),
  );
  const lines = await host.printedLines(page('<script type="module" src="/resolved.js"></script>'), 1);
  assert.deepEqual(lines, ['transformed false true']);
});

test('workers load the script with importScripts() and the module with import', async () => {
  const work = `${PRINT_VALUES}
    const print = (...values) => postMessage(values.join(' '));
    const job = new AsyncLocalStorage();
    onmessage = ({ data }) => job.run(data, () => printValues(print, job));`;
  host.add(
    '/classic-worker.js',
    `importScripts('${host.url(SCRIPT)}');\nconst { AsyncLocalStorage } = Throughline;\n${work}`,
  );
  host.add('/module-worker.js', `import { AsyncLocalStorage } from '${host.url(MODULE)}';\n${work}`);
  for (const options of [`'/classic-worker.js'`, `'/module-worker.js', { type: 'module' }`]) {
    const lines = await host.printedLines(
      page(`<script>
        const worker = new Worker(${options});
        worker.onmessage = ({ data }) => console.log(data);
        worker.postMessage('job');
      </script>`),
      3,
    );
    assert.deepEqual(lines, ['called: job', 'after await: job', 'in a timer: job'], options);
  }
});

test('the files work under a Content Security Policy without unsafe-eval, with Trusted Types', async () => {
  const { origin } = new URL(host.url(''));
  const policies = {
    'script-src': `default-src 'none'; script-src 'self' ${origin}; connect-src 'self'; img-src 'self'`,
    'require-trusted-types-for': `require-trusted-types-for 'script'`,
  };
  const code = `addEventListener('securitypolicyviolation', ({ violatedDirective }) => console.log(violatedDirective));
    ${PRINT_VALUES}
    const storage = new Throughline.AsyncLocalStorage();
    storage.run('a', async () => {
      await printValues(console.log, storage);
      await 5;
      console.log('after 5:', storage.getStore());
      // The only violation, which shows that the policy applies.
      try { new Function(''); } catch ({ name }) { console.log(name); }
    });`;
  const { code: transformed } = transform(code, { filename: 'page.js', sourceType: 'script' }) ?? assert.fail();
  host.add('/strict.js', transformed);
  for (const [directive, policy] of Object.entries(policies)) {
    const lines = await host.printedLines(
      page(
        `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
        script(AWAIT_SCRIPT),
        script(SCRIPT),
        '<script src="/strict.js"></script>',
      ),
      6,
    );
    const expected = ['called: a', 'after await: a', 'after 5: a', 'EvalError', 'in a timer: a', directive];
    assert.deepEqual([...lines].sort(), expected.sort());
  }
});

test('await-script.min.js makes the awaits of a transformed script exact, in both orders', async () => {
  const code = `const user = new Throughline.AsyncLocalStorage();
    console.log(Throughline.install().report.await);
    user.run('ada', async () => {
      await 5;
      console.log(user.getStore());
    });`;
  host.add('/app.js', code);
  const { code: transformed } = transform(code, { filename: 'app.js', sourceType: 'script' }) ?? assert.fail();
  host.add('/transformed.js', transformed);
  const app = '<script src="/transformed.js"></script>';
  for (const files of [
    [SCRIPT, AWAIT_SCRIPT],
    [AWAIT_SCRIPT, SCRIPT],
    [AWAIT_SCRIPT, SCRIPT, AWAIT_SCRIPT],
  ]) {
    const lines = await host.printedLines(page(...files.map(script), app), 2);
    assert.deepEqual(lines, ['transformed', 'ada'], files.join());
  }
  const lines = await host.printedLines(page(script(SCRIPT), '<script src="/app.js"></script>'), 2);
  assert.deepEqual(lines, ['intercepted', 'undefined'], 'without the transform, interception cannot observe await 5');
});

test('a wrong hash in the attribute integrity prevents the script from running', async () => {
  const hash = createHash('sha384').update('another file').digest('base64');
  const element = `<script src="${host.url(SCRIPT)}" integrity="sha384-${hash}" crossorigin></script>`;
  await assert.rejects(
    host.printedLines(page(element, '<script>console.log(typeof Throughline)</script>'), 2),
    /throughline\.min\.js cannot be loaded/,
  );
});

test('the fields unpkg and jsdelivr name the script, and the tarball contains the files with their source maps', () => {
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  assert.deepEqual([manifest.unpkg, manifest.jsdelivr], [`./${SCRIPT}`, `./${SCRIPT}`]);
  for (const file of FILES) {
    const text = readFileSync(join(packageFolder, file), 'utf8');
    assert.ok(text.startsWith(`/*! throughline ${manifest.version} | MIT license */\n`), file);
    assert.ok(text.endsWith(`\n//# sourceMappingURL=${posix.basename(file)}.map\n`), file);
    assert.ok(packedFiles.includes(file) && packedFiles.includes(`${file}.map`), file);
  }
});

test('the source maps lead to the packed line that throws', () => {
  for (const file of [SCRIPT, MODULE]) {
    const lines = readFileSync(join(packageFolder, file), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes('.defaultValue'));
    const column = lines[line]?.indexOf('"options","object"') ?? -1;
    assert.notEqual(column, -1);
    const map = new SourceMap(JSON.parse(readFileSync(join(packageFolder, `${file}.map`), 'utf8')));
    const { originalSource, originalLine } = map.findEntry(line, column) as {
      originalSource: string;
      originalLine: number;
    };
    const source = posix.join(posix.dirname(file), originalSource);
    assert.ok(packedFiles.includes(source), `${source} is not packed`);
    const original = readFileSync(join(packageFolder, source), 'utf8').split('\n')[originalLine];
    assert.match(original ?? '', /invalidArgType\('options', 'object', options\)/);
  }
});
