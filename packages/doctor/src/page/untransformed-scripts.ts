/**
 * Kind 7: scripts of the page that contain `await` and that the build has not reached, such as those of other servers and
 * scripts in HTML. They are one finding, whether or not a value was lost in them.
 */
import type { Finding, FindingPlace } from '../report/finding.js';
import { blankLiterals, findAwaits, positionAt } from './code-text.js';
import { isOwn, isReached } from './page-files.js';
import { page, type ResourceEntry, type ScriptElement } from './page-globals.js';
import {
  blankedTextOf,
  linesOf,
  type ScriptSource,
  type SourcePosition,
  sourceOf,
  tracePosition,
} from './script-sources.js';

/** What code that was transformed before contains. */
const TRANSFORMED = /throughline(?:\.1'|\/await|_await|["']\)\])/;
/** Development tools that a server adds to its pages. */
const DEVELOPMENT_TOOL =
  /\/(?:@vite\/|@react-refresh|@id\/__x00__|__nextjs|_next\/static\/chunks\/[^/]*next-devtools|\[turbopack\]\/|%5Bturbopack%5D)|^webpack:\/\/[^/]*\/webpack\//;

/** The URLs of the scripts that the page has loaded. */
const loaded = new Set<string>();
/** The offsets of the `await`s of each script. */
const awaitsOfScripts = new WeakMap<ScriptSource | ScriptElement, readonly number[]>();

/** A browser's list of resources ends with the 250th, and a page can clear it. An observer receives all of them. */
export function watchLoadedScripts(): void {
  new page.PerformanceObserver((list) => noteScripts(list.getEntries())).observe({ type: 'resource', buffered: true });
}

function noteScripts(entries: readonly ResourceEntry[]): void {
  for (const { name, initiatorType } of entries) {
    const isRequest = /^(?:beacon|fetch|xmlhttprequest)$/.test(initiatorType);
    if (initiatorType === 'script' || (!isRequest && /\.[cm]?js(?:[?#]|$)/.test(name))) loaded.add(name);
  }
}

/** Asks for all scripts, and describes those that are known. */
export function describeUntransformedScripts(): Finding[] {
  const places = [...linkedScripts().flatMap(describeScript), ...inlineScripts()];
  if (places.length === 0) return [];
  const are = places.length === 1 ? 'a script of the page was' : `${places.length} scripts of the page were`;
  return [
    {
      kind: 'untransformed code',
      severity: 'untransformed',
      storage: null,
      message: `${are} not transformed: values are missing after each await in such code`,
      count: places.length,
      places,
      remedy: {
        text: "import such code from a module of the page, so that the build transforms it; or install({ await: true }) of 'throughline/web', which follows awaits of promises",
        code: null,
      },
    },
  ];
}

/** The URLs of all scripts that the page has loaded from a server, without those that the build has reached. */
function linkedScripts(): string[] {
  noteScripts(page.performance.getEntriesByType('resource'));
  const urls = new Set(loaded);
  for (const { src } of page.document?.scripts ?? []) if (src !== '') urls.add(src);
  if (page.document === undefined) urls.add(page.location.href);
  return [...urls].filter(
    (url) => /^https?:/.test(url) && !isReached(url) && !isOwn(url) && !DEVELOPMENT_TOOL.test(url),
  );
}

function describeScript(url: string): FindingPlace[] {
  const source = sourceOf(url);
  if (source?.text === undefined || TRANSFORMED.test(source.text)) return [];
  const place = firstPlaceIn(url, source, source.text);
  if (place === undefined) return [];
  const { file, line, column, code } = place;
  const isOther = new URL(url).origin !== page.location.origin;
  const note = isOther
    ? 'the first await of a script of another server'
    : 'the first await of a script that is not part of the build';
  return [{ file, line, column, code: code ?? null, note }];
}

/**
 * Returns the first `await` of a script, without those of Throughline and of development tools: what packages share can be
 * in one file, such as a chunk of Vite's dependencies or of Turbopack.
 */
function firstPlaceIn(url: string, source: ScriptSource, text: string): SourcePosition | undefined {
  for (const at of awaitsIn(source, () => blankedTextOf(source) ?? '')) {
    const { line, column } = positionAt(text, at);
    const place = tracePosition(source, line, column) ?? { file: url, line, column, code: linesOf(text)?.[line - 1] };
    if (!isOwn(place.file) && !DEVELOPMENT_TOOL.test(place.file)) return place;
  }
  return undefined;
}

/** The scripts in the HTML of the page. The build has not reached them if they still are there. */
function inlineScripts(): FindingPlace[] {
  const { document, location } = page;
  const url = location.href.replace(/#.*$/, '');
  const scripts = [...(document?.scripts ?? [])].filter(
    ({ src, type, textContent }) =>
      src === '' &&
      /^(?:|module|text\/javascript|application\/javascript)$/.test(type) &&
      (textContent ?? '').includes('await'),
  );
  if (scripts.length === 0 || isReached(url)) return [];
  const html = sourceOf(url)?.text ?? '';
  return scripts.flatMap((script) => {
    const text = script.textContent ?? '';
    const start = html.indexOf(text);
    const [at] = awaitsIn(script, () => blankLiterals(text));
    // A script that was added while the page runs has no place.
    if (at === undefined || start < 0) return [];
    const position = positionAt(html, start + at);
    const code = linesOf(html)?.[position.line - 1] ?? null;
    return [{ file: url, ...position, code, note: 'the first await of a script in the HTML of the page' }];
  });
}

/** @param blanked returns the text of the script, without the contents of its literals */
function awaitsIn(script: ScriptSource | ScriptElement, blanked: () => string): readonly number[] {
  const awaits = awaitsOfScripts.get(script) ?? findAwaits(blanked());
  awaitsOfScripts.set(script, awaits);
  return awaits;
}
