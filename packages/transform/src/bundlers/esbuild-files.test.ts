/** Builds with esbuild whose files are loaded by it, by other plugins or from `stdin`. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import throughline from './esbuild.js';

const LOAD = `export async function load() {
  await 1;
  return __NAME__;
}
`;

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-files-')));
after(() => rmSync(root, { recursive: true, force: true }));
const files = {
  'file.js': LOAD,
  'component.svelte': `<p>component</p>\n${LOAD}`,
  'file.es': LOAD,
  'file.text.js': LOAD,
  'text.js': `import text from './file.text.js';\nconsole.log(text);\n`,
  'attribute.js': `import text from './file.js' with { type: 'text' };\nconsole.log(text);\n`,
  'bad.svelte': '<p>component</p>\nasync function f() {\n  await await;\n}\n',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);

/** A compiler, which writes two lines before the code, in place of the component. */
const svelte = (): Plugin => ({
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const [markup = '', ...lines] = readFileSync(path, 'utf8').split('\n');
      const code = `const markup = ${JSON.stringify(markup)};\n\n${lines.join('\n')}`;
      if (path.includes('bad')) return { contents: code };
      return { contents: (await transform(code, { sourcemap: 'inline', sourcefile: path })).code };
    });
  },
});

/** A plugin that replaces a word in all files. */
const replaceName = (): Plugin => ({
  name: 'replace-name',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => ({ contents: readFileSync(path, 'utf8').replace('__NAME__', '"name"') }));
  },
});

const PAGE: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: 'esm',
  logLevel: 'silent',
  outdir: join(root, 'out'),
  external: ['throughline/*'],
};
const plugin = () => throughline({ install: false });

async function buildPage(options: BuildOptions) {
  const { outputFiles = [], warnings, metafile } = await build({ ...PAGE, ...options });
  const textOf = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? '';
  return { code: textOf('.js'), map: textOf('.map'), warnings: warnings.map(({ text }) => text), metafile };
}

describe('the plugin for esbuild transforms', () => {
  it('what a later plugin loads', async () => {
    const { code, warnings } = await buildPage({ entryPoints: ['component.svelte'], plugins: [plugin(), svelte()] });
    assert.match(code, /_f\.off\(1\)/);
    assert.deepEqual(warnings, []);
  });

  it('what a later plugin makes of a file with code', async () => {
    const { code } = await buildPage({ entryPoints: ['file.js'], plugins: [plugin(), replaceName()] });
    assert.match(code, /_f\.off\(1\)/);
    assert.match(code, /return "name"/);
  });

  it('a file that no later plugin loads', async () => {
    const { code } = await buildPage({ entryPoints: ['file.js'], plugins: [plugin(), svelte()] });
    assert.match(code, /_f\.off\(1\)/);
  });

  it('the text of stdin, in every build with the same options', async () => {
    const options = { ...PAGE, stdin: { contents: LOAD }, plugins: [plugin()] };
    for (let i = 0; i < 2; i++) {
      const { outputFiles = [] } = await build(options);
      assert.equal(outputFiles[0]?.text.split('asyncCall()').length, 2);
      assert.equal(options.stdin.contents, LOAD);
    }
  });

  it('files whose loader is that of code', async () => {
    const { code } = await buildPage({ entryPoints: ['file.es'], loader: { '.es': 'js' }, plugins: [plugin()] });
    assert.match(code, /_f\.off\(1\)/);
  });

  it('no files that are imported as text', async () => {
    for (const entry of ['text.js', 'attribute.js']) {
      const options: BuildOptions = { entryPoints: [entry], loader: { '.text.js': 'text' } };
      const { code } = await buildPage({ ...options, plugins: [plugin()] });
      assert.match(code, /__NAME__/);
      assert.equal(code, (await buildPage(options)).code);
    }
  });
});

describe('the plugin for esbuild', () => {
  it('names the files that an earlier plugin loads, and leaves the result as it would be', async () => {
    const plugins = [svelte(), plugin()];
    const { code, warnings, metafile } = await buildPage({ entryPoints: ['component.svelte', 'file.js'], plugins });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^component\.svelte cannot be transformed.*\(svelte\).*List the plugin .* before/);
    assert.match(code, /await 1/);
    assert.equal(metafile, undefined);
    const options: BuildOptions = { ...PAGE, entryPoints: ['component.svelte'], metafile: true, plugins };
    assert.ok((await build(options)).metafile);
    assert.equal(options.metafile, true);
  });

  it('names no file if an earlier plugin loads none', async () => {
    const resolver: Plugin = {
      name: 'resolver',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^virtual$/ }, ({ path }) => ({ path, namespace: 'virtual' }));
        onLoad({ filter: /.*/, namespace: 'virtual' }, () => ({ contents: 'export {}' }));
      },
    };
    const stdin = { contents: `import './file.js?query'; import 'virtual';`, resolveDir: root, sourcefile: 'in.js' };
    assert.deepEqual((await buildPage({ stdin, plugins: [resolver, plugin()] })).warnings, []);
  });

  it('names the files of a later plugin that is frozen', async () => {
    const plugins = [plugin(), Object.freeze(svelte())];
    const { warnings } = await buildPage({ entryPoints: ['component.svelte'], plugins });
    assert.match(warnings[0] ?? '', /^component\.svelte cannot be transformed/);
  });

  it('leaves other builds with the same plugins as they are, also at the same time', async () => {
    const shared = [svelte(), replaceName()];
    const entryPoints = ['component.svelte', 'file.js'];
    const [first, second, third] = await Promise.all([
      build({ ...PAGE, entryPoints, plugins: [plugin(), ...shared] }),
      build({ ...PAGE, entryPoints, plugins: shared }),
      build({ ...PAGE, entryPoints, plugins: [plugin(), ...shared] }),
    ]);
    const texts = [first, second, third].map(({ outputFiles = [] }) => outputFiles.map(({ text }) => text));
    assert.deepEqual(
      texts.map((all) => all.map((text) => text.split('_f.off(1)').length - 1)),
      [
        [1, 1],
        [0, 0],
        [1, 1],
      ],
    );
  });

  it('reports the position of an error in what another plugin has loaded', async () => {
    await assert.rejects(
      buildPage({ entryPoints: ['bad.svelte'], plugins: [plugin(), svelte()] }),
      ({ errors: [error] }: { errors: { pluginName: string; location: { file: string; line: number } }[] }) => {
        assert.equal(error?.pluginName, 'throughline');
        assert.match(error.location.file, /bad\.svelte$/);
        assert.equal(error.location.line, 4);
        return true;
      },
    );
  });

  it('traces the source map through the one that a file has', async () => {
    const { code: js, map } = await transform(`interface Lines {}\n\n${LOAD}`, {
      loader: 'ts',
      sourcemap: true,
      sourcefile: 'source.ts',
    });
    writeFileSync(join(root, 'mapped.js'), `${js}//# sourceMappingURL=mapped.js.map\n`);
    writeFileSync(join(root, 'mapped.js.map'), map);
    const positions = async (entry: string, plugins: Plugin[]) => {
      const page = await buildPage({ entryPoints: [entry], sourcemap: true, plugins });
      const lines = page.code.split('\n');
      const line = lines.findIndex((text) => text.includes('__NAME__'));
      const column = lines[line]?.indexOf('__NAME__') ?? 0;
      return originalPositionFor(new TraceMap(page.map), { line: line + 1, column });
    };
    for (const [entry, source, line] of [
      ['mapped.js', '../source.ts', 5],
      ['file.js', '../file.js', 3],
      ['component.svelte', '../component.svelte', 5],
    ] as const) {
      const others = entry.endsWith('.svelte') ? [svelte()] : [];
      const original = await positions(entry, others);
      assert.deepEqual([original.source, original.line], [source, line]);
      assert.deepEqual(await positions(entry, [plugin(), ...others]), original);
    }
  });
});
