/**
 * Prints how much of each package the tests ran, from what V8 recorded in every Node process that they started
 * (NODE_V8_COVERAGE).
 *
 * The tests of a package import its `dist`, and everything else imports the bundles in `lib`, so that one line of a
 * source is in up to ten compiled files. It is covered if it ran in one of them:
 *
 *     recording ──► counts of ranges of a compiled file ──► its source map ──► positions in sources ──► lines, branches
 *
 * What can be covered is the code in the source maps of `dist`: no types, imports and comments, but also the files that
 * no test loads. c8 and the report of `node --test` cannot be used: both ignore the ranges in files whose source map has
 * several sources, and then report all lines of these sources as covered.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eachMapping, TraceMap } from '@jridgewell/trace-mapping';
import { parseSource } from './parse-source.mjs';

/**
 * @param {string} recordings the folder that NODE_V8_COVERAGE named
 * @param {string} root the folder of the workspace
 */
export function printCoverage(recordings, root) {
  console.log(
    '\nCoverage of the tests in Node (code that only browsers, Bun, Deno or workerd run counts as not covered)',
  );
  for (const [name, { lines, branches }] of packageTotals(readCoverage(recordings, root), root)) {
    console.log(`  packages/${name.padEnd(10)} lines ${format(lines)}   branches ${format(branches)}`);
  }
}

function format([covered, total]) {
  return `${((100 * covered) / total).toFixed(1).padStart(5)}% of ${String(total).padStart(4)}`;
}

/**
 * Adds up the sources of each package.
 * @param {ReturnType<typeof readCoverage>} coverage
 * @param {string} root the folder of the workspace
 * @returns {[string, Record<'lines' | 'branches', [number, number]>][]} covered and total, by name of the package
 */
export function packageTotals(coverage, root) {
  const packages = new Map();
  for (const [source, { lines, branches }] of coverage) {
    const [, name] = relative(root, source).split(sep);
    const totals = packages.get(name) ?? { lines: [0, 0], branches: [0, 0] };
    packages.set(name, totals);
    for (const [total, parts] of [
      [totals.lines, [...lines.values()]],
      [totals.branches, branches.map(({ isCovered }) => isCovered)],
    ]) {
      total[0] += parts.filter(Boolean).length;
      total[1] += parts.length;
    }
  }
  return [...packages].sort();
}

/**
 * Finds out which lines and branches of the sources of the packages ran.
 * @param {string} recordings the folder that NODE_V8_COVERAGE named
 * @param {string} root the folder of the workspace
 * @returns {Map<string, {
 *   lines: Map<number, boolean>,
 *   branches: { line: number, isCovered: boolean }[],
 * }>} by path of the source; the first line is 1
 * @throws {Error} if compiled files ran, but no position of a source follows from them
 */
export function readCoverage(recordings, root) {
  const files = new Map(distFiles(root).map((path) => [path, new CompiledFile(path)]));
  for (const name of readdirSync(recordings)) {
    for (const { url, functions } of readRecording(join(recordings, name))) {
      const path = packageFile(url, root);
      if (path === undefined) continue;
      if (!files.has(path)) files.set(path, new CompiledFile(path));
      files.get(path).add(functions);
    }
  }
  const sources = new Map();
  const sourceOf = (path) => {
    // The compiler leaves what it has made of a source that was deleted since.
    if (!sources.has(path)) sources.set(path, existsSync(path) ? new Source(path) : undefined);
    return sources.get(path);
  };
  const unmapped = new Set();
  const mapped = new Set();
  for (const [path, { positions, hasSourceMap, isLoaded, hasRun }] of files) {
    const folder = compiledFolder(path, root);
    if (isLoaded && hasSourceMap) (hasRun.includes(1) ? mapped : unmapped).add(folder);
    const canRun = folder.endsWith('dist');
    for (const [index, { source, line, column }] of positions.entries()) {
      sourceOf(source)?.add(line, column, { canRun, hasRun: hasRun[index] === 1 });
    }
  }
  // The map of a file that only re-exports another one is empty.
  for (const folder of unmapped) {
    if (!mapped.has(folder)) {
      throw new Error(
        `Files of ${folder} ran, but none of their source maps names a line that ran. Compile and bundle again.`,
      );
    }
  }
  return new Map([...sources].flatMap(([path, source]) => (source === undefined ? [] : [[path, source.coverage()]])));
}

/** Returns a folder such as `packages/core/dist`. */
function compiledFolder(path, root) {
  return relative(root, path).split(sep).slice(0, 3).join('/');
}

/** Returns the compiled files of all packages, without tests. */
function distFiles(root) {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const dist = join(root, 'packages', name, 'dist');
    return readdirSync(dist, { recursive: true })
      .filter((file) => file.endsWith('.js') && !file.endsWith('.test.js'))
      .map((file) => join(dist, file));
  });
}

/** Returns the path that a URL names, if it is a file of `dist` or `lib` of a package, and not a test. */
function packageFile(url, root) {
  if (!url.startsWith('file:')) return undefined;
  const path = fileURLToPath(url.replace(/[?#].*$/, ''));
  const isCompiled =
    /^packages\/[^/]+\/(?:dist|lib)$/.test(compiledFolder(path, root)) && /(?<!\.test)\.c?js$/.test(path);
  return isCompiled && existsSync(path) ? path : undefined;
}

/** A process that was killed while it wrote leaves no valid recording. */
function readRecording(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).result ?? [];
  } catch {
    return [];
  }
}

/** A file that Node can load, and which of the positions in its source map ran. */
class CompiledFile {
  /** @type {{ offset: number, source: string, line: number, column: number }[]} in the order of `offset` */
  positions = [];
  /** Whether Node loaded it. */
  isLoaded = false;
  #length;

  constructor(path) {
    const code = readFileSync(path, 'utf8');
    this.#length = code.length;
    this.hasSourceMap = existsSync(`${path}.map`);
    if (this.hasSourceMap) {
      const starts = lineStarts(code);
      eachMapping(new TraceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8'))), (mapping) => {
        if (mapping.source === null) return;
        this.positions.push({
          offset: starts[mapping.generatedLine - 1] + mapping.generatedColumn,
          source: resolve(dirname(path), mapping.source),
          line: mapping.originalLine,
          column: mapping.originalColumn,
        });
      });
    }
    /** For each of the positions, 1 if it ran. */
    this.hasRun = new Uint8Array(this.positions.length);
  }

  /** Adds what V8 recorded in one process. */
  add(functions) {
    const ranges = functions.flatMap((recorded) => recorded.ranges);
    // The first function is the whole script. Its length differs if a loader has changed the code.
    if (ranges[0]?.endOffset !== this.#length) return;
    this.isLoaded = true;
    // Ranges are nested: the last that has begun and not ended is the innermost.
    ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
    const open = [];
    let next = 0;
    for (const [index, { offset }] of this.positions.entries()) {
      for (; ranges[next]?.startOffset <= offset; next++) {
        closeRanges(open, ranges[next].startOffset);
        open.push(ranges[next]);
      }
      closeRanges(open, offset);
      if (open.at(-1)?.count > 0) this.hasRun[index] = 1;
    }
  }
}

/** Removes the ranges that have ended before an offset. */
function closeRanges(open, offset) {
  while (open.length > 0 && open.at(-1).endOffset <= offset) open.pop();
}

/** Returns the offset at which each line of a text begins. */
function lineStarts(text) {
  return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}

/** A TypeScript source, and the positions in it that can run and that have run. */
class Source {
  #path;
  #text;
  #lineStarts;
  #canRun = new Set();
  #hasRun = new Set();

  constructor(path) {
    this.#path = path;
    this.#text = readFileSync(path, 'utf8');
    this.#lineStarts = lineStarts(this.#text);
  }

  /** Adds a position of a source map. */
  add(line, column, { canRun, hasRun }) {
    const offset = this.#lineStarts[line - 1] + column;
    if (canRun) this.#canRun.add(offset);
    if (hasRun) this.#hasRun.add(offset);
  }

  coverage() {
    const offsets = [...this.#canRun].sort((a, b) => a - b);
    const ranOffsets = [...this.#hasRun];
    const includes = (list, { start, end }) => list.some((offset) => offset >= start && offset < end);
    const { branches, noCode } = parseSource(this.#path, this.#text);
    let code = this.#text;
    for (const { start, end } of noCode) {
      code = code.slice(0, start) + code.slice(start, end).replace(/./g, ' ') + code.slice(end);
    }
    const lines = code.split('\n').flatMap((text, index) => {
      const start = this.#lineStarts[index];
      const range = { start, end: start + text.length };
      // The ends of blocks are in the source map too.
      const isCode = /\w/.test(text) && includes(offsets, range);
      return isCode ? [[index + 1, includes(ranOffsets, range)]] : [];
    });
    const observable = branches.filter((range) => includes(offsets, range));
    return {
      lines: new Map(lines),
      branches: observable.map((range) => ({
        line: this.#lineAt(range.start),
        isCovered: includes(ranOffsets, range),
      })),
    };
  }

  #lineAt(offset) {
    return this.#lineStarts.findLastIndex((start) => start <= offset) + 1;
  }
}
