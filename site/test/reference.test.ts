/** The API reference: it contains the docblocks of everything that the packages export, and nothing else. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { accessibilityViolations, type Page, waitUntil } from '@throughline/testing/browsers';
import { examplesOf, readPublicDeclarations } from '@throughline/testing/docblocks';
import { readPackages } from '../reference/entry-points.js';
import { repositoryRoot } from '../repository-root.js';
import { builtSite, type OpenSite, openSite } from './built-site.js';

const packages = readPackages(repositoryRoot);
const entryPoints = packages.flatMap((documented) => documented.entryPoints);

const htmlOf = (path: string) => readFileSync(join(builtSite, `${path.replace(/\/$/, '/index')}.html`), 'utf8');

/** Returns the text of a page without the spaces, which differ between a docblock and a page. */
function textOf(html: string): string {
  const [, main = ''] = /<main\b[^>]*>([\s\S]*)<\/main>/.exec(html) ?? [];
  return squeeze(
    main
      .replace(/<[^>]*>/g, '')
      .replace(/&#(x?)(\w+);/g, (_, x: string, code: string) =>
        String.fromCodePoint(Number.parseInt(code, x ? 16 : 10)),
      )
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  );
}

/** Markdown marks code and the cells of tables; a page does not. */
function squeeze(text: string): string {
  return text.replace(/(?:\| *--- *)+\||[\s`|\u200b]/g, '');
}

describe('the API reference', () => {
  for (const { name, entryPoints: ofPackage } of packages) {
    const folder = ofPackage[0]?.source.split('/').slice(0, 2).join('/') ?? '';

    it(`has every name that ${name} exports`, () => {
      const missing: string[] = [];
      for (const { specifier, path } of ofPackage) {
        const report = specifier === name ? 'index' : specifier.slice(name.length + 1);
        const file = join(repositoryRoot, folder, 'api', `${report}.api.md`);
        const text = readFileSync(file, 'utf8').replace(/\/\/.*$/gm, '');
        const declared = [
          ...text.matchAll(
            /^export (?:declare )?(?:abstract )?(?:function|class|interface|type|const|let|namespace) ([\w$]+)/gm,
          ),
        ];
        const reexported = [...text.matchAll(/^export \{ ([\w$]+) \}/gm)];
        const html = htmlOf(path);
        for (const [, exported = ''] of [...declared, ...reexported]) {
          const heading = new RegExp(`<h2[^>]*><code[^>]*>${exported.replace('$', '\\$')}(?:\\(\\))?</code>`);
          if (!heading.test(html)) missing.push(`${specifier}: ${exported}`);
        }
      }
      assert.deepEqual(missing, []);
    });

    it(`has what the docblocks of ${name} say: text, parameters, errors, examples and links`, () => {
      const pages = new Map(ofPackage.map(({ specifier, path }) => [`.${specifier.slice(name.length)}`, path]));
      const texts = new Map([...pages].map(([subpath, path]) => [subpath, textOf(htmlOf(path))]));
      const declarations = readPublicDeclarations(pathToFileURL(join(repositoryRoot, folder, '/')), (subpath) =>
        pages.has(subpath),
      );
      assert.ok(declarations.some(({ docblock }) => docblock !== ''));
      const missing: string[] = [];
      for (const { name: declared, docblock, subpath } of declarations) {
        const text = texts.get(subpath) ?? '';
        for (const part of partsOf(docblock)) {
          if (!text.includes(squeeze(part))) missing.push(`${name} ${subpath} ${declared}: ${part}`);
        }
      }
      assert.deepEqual(missing, []);
    });
  }

  it('has no page of modules that only emitted code imports, and no type that a user cannot meet', () => {
    for (const path of ['throughline/await', 'throughline/await-script', 'doctor/bundler']) {
      assert.equal(existsSync(join(builtSite, 'reference', `${path}.html`)), false, path);
    }
    const files = readdirSync(join(builtSite, 'reference'), { recursive: true, encoding: 'utf8' });
    const pages = files.filter((file) => file.endsWith('.html'));
    assert.equal(pages.length, entryPoints.length + 1);
    for (const file of pages) {
      const html = readFileSync(join(builtSite, 'reference', file), 'utf8');
      const hidden = /<h\d[^>]*><code[^>]*>(?:Frame|ChildTable|Leaf|Tag|Key|Emitted\w*)<\/code>/.exec(html);
      assert.equal(hidden, null, `${file}: ${hidden?.[0]}`);
    }
  });

  it('links each declaration to the line of its source', () => {
    let count = 0;
    for (const { path } of entryPoints) {
      for (const [, file = '', line = ''] of htmlOf(path).matchAll(/href="[./]*\/source\/([^"]+)\.html#L(\d+)"/g)) {
        const page = readFileSync(join(builtSite, 'source', `${file}.html`), 'utf8');
        const [, shown] = new RegExp(`<span id="L${line}">(.*)`).exec(page) ?? [];
        const source = readFileSync(join(repositoryRoot, file), 'utf8').split('\n')[Number(line) - 1];
        assert.equal(shown?.replaceAll('&lt;', '<').replaceAll('&amp;', '&'), source, `${file}, line ${line}`);
        count++;
      }
    }
    assert.ok(count > 200, `only ${count} declarations`);
  });
});

/** Returns what a page must contain of a docblock. */
function partsOf(docblock: string): string[] {
  const [description = '', ...tags] = docblock.trim().split(/(?:^|(?<= ))@(?=(?:param|returns|throws|example|see)\b)/m);
  const ofTags = tags.flatMap((tag) => {
    const [, kind, text = ''] = /^(\w+)\s*([\s\S]*)/.exec(tag) ?? [];
    if (kind === 'example') return examplesOf(`@${tag}`);
    if (kind === 'param') return [withoutLinks(text.replace(/^(\w+)\s*(?:- )?/, '$1: '))];
    if (kind === 'see') return [text.replace(/^https?:\/\//, '').replace(/\/(?=\s|,|$)/, '')];
    if (kind === 'throws' || kind === 'returns') return [withoutLinks(text.replace(/^\{(\w+)\}/, '$1'))];
    return [];
  });
  // The text of a page has no marks of lists.
  return [...withoutLinks(description).replace(/^ *- /gm, '').split(/\n\n/), ...ofTags].filter(
    (part) => part.trim() !== '',
  );
}

function withoutLinks(text: string): string {
  return text.replace(/\{@link (\S+?)(?:[ |]+([^}]*))?\}/g, (_, target: string, label?: string) => label ?? target);
}

describe('the API reference in a browser', { timeout: 90_000 }, () => {
  let site: OpenSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  const open = (path: string, options = {}): Promise<Page> => site.browser.openPage(site.origin + path, options);

  it('is accessible in light and dark, on desktops and phones, and fits them; so are the sources', async () => {
    for (const path of ['/reference/', '/reference/request/sessions', '/source/packages/core/src/run-scope.ts.html']) {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 360],
      ] as const) {
        const page = await open(path, { colorScheme, viewport: { width, height: 800 } });
        await waitUntil(page, `document.querySelector('main h1')`);
        assert.deepEqual(await accessibilityViolations(page), [], `${path}, ${colorScheme}, ${width} px`);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, path);
        await page.close();
      }
    }
  });

  it('leads from a type in a signature to its page, and from there to its source', async () => {
    const page = await open('/reference/request/express');
    await waitUntil(page, `document.querySelector('#app').__vue_app__`);
    await page.click('.signature a');
    await waitUntil(page, `location.pathname === '/reference/request/' && location.hash === '#requestscopeoptions'`);
    const link = `document.querySelector('#requestscopeoptions ~ p.source a')`;
    await waitUntil(page, link);
    await page.evaluate(`${link}.click()`);
    await waitUntil(page, `document.querySelector('pre span:target')?.innerText.includes('RequestScopeOptions')`);
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });

  it('shows each parameter of a long signature on a line of its own', async () => {
    const page = await open('/reference/throughline/#asynclocalstorage-run');
    const signature = `document.querySelector('#asynclocalstorage-run + .signature').innerText.replaceAll('\\u00a0', ' ')`;
    assert.equal(
      await page.evaluate(signature),
      'run<R, A extends unknown[]>(\n  store: T,\n  fn: (...args: A) => R,\n  ...args: A,\n): R',
    );
    await page.close();
  });

  it('opens the examples that run in a page in the playground', async () => {
    const page = await open('/reference/throughline/');
    const url = await page.evaluate(`document.querySelector('.opens-in-playground a').href`);
    const [, code = ''] = /#code=([\w-]+)$/.exec(String(url)) ?? [];
    const program = Buffer.from(code, 'base64url').toString();
    assert.match(program, /^import \{ AsyncContext \} from 'throughline';\n/);
    await page.close();
    const nodeOnly = await open('/reference/request/express');
    assert.equal(await nodeOnly.evaluate(`document.querySelectorAll('.opens-in-playground').length`), 0);
    await nodeOnly.close();
  });
});
