/** Writes the data of the conformance table, from the recorded results and the known differences. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { differences, findDifference } from '@throughline/conformance/differences';
import { readRecordedResults } from '@throughline/conformance/results';
import type { ConformanceCase, ConformanceData, Run } from './conformance-table.js';

const CASES = 'conformance/cases';

const IMPLEMENTATIONS: ConformanceData['implementations'] = {
  throughline: 'Throughline',
  native: 'the runtime’s own class',
  registered: 'Throughline, with throughline/register',
  transform: 'Throughline, transform',
  interception: 'Throughline, interception',
  both: 'Throughline, both',
};

const LETTERS = { pass: 'p', fail: 'f', absent: 'a' } as const;

/**
 * @param root the folder of the repository
 * @param pages the folder that VitePress builds
 * @param sourcePath returns the path of a page with a line of a source file
 */
export function writeConformance(
  root: string,
  pages: string,
  sourcePath: (file: string, line: number) => string,
): void {
  const file = join(pages, 'public/data/conformance.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(conformanceData(root, sourcePath)));
}

export function conformanceData(root: string, sourcePath: (file: string, line: number) => string): ConformanceData {
  const { matrix } = readRecordedResults();
  const findSource = sourceFinder(root);
  const cases = new Map<string, ConformanceCase>();
  for (const { results } of matrix.values()) {
    for (const { chapter, name } of [...results.values()].flat()) {
      const key = `${chapter}: ${name}`;
      if (cases.has(key)) continue;
      const { file, line } = findSource(chapter, name);
      cases.set(key, { chapter, name, source: sourcePath(file, line) });
    }
  }
  const chapters = [...new Set([...cases.values()].map(({ chapter }) => chapter))];
  const ordered = [...cases].sort(([, a], [, b]) => chapters.indexOf(a.chapter) - chapters.indexOf(b.chapter));
  const keys = ordered.map(([key]) => key);
  const runs = [...matrix].flatMap(([column, { results }]) =>
    [...results].map(([implementation, caseResults]): Run => {
      const found = new Map(caseResults.map((result) => [`${result.chapter}: ${result.name}`, result]));
      const reasons: Record<number, number> = {};
      const letters = keys.map((key, index) => {
        const result = found.get(key);
        if (result === undefined) return '-';
        const difference = result.outcome === 'fail' ? findDifference(column, implementation, result.name) : undefined;
        if (difference !== undefined) reasons[index] = differences.indexOf(difference);
        return LETTERS[result.outcome];
      });
      return { column, implementation, results: letters.join(''), reasons };
    }),
  );
  return {
    columns: [...matrix].map(([key, { title, section }]) => ({ key, title, section })),
    implementations: IMPLEMENTATIONS,
    cases: ordered.map(([, item]) => item),
    runs,
    reasons: differences.map(({ reason }) => reasonHtml(reason)),
  };
}

/** Returns a function that finds the file and the line of a case, or those of its chapter if its name is computed. */
function sourceFinder(root: string): (chapter: string, name: string) => { file: string; line: number } {
  const files = readdirSync(join(root, CASES), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      file: `${CASES}/${name.replaceAll('\\', '/')}`,
      text: readFileSync(join(root, CASES, name), 'utf8'),
    }));
  const find = (title: string) => {
    const quoted = [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``];
    for (const { file, text } of files) {
      const position = quoted.map((literal) => text.indexOf(literal)).find((found) => found >= 0);
      if (position !== undefined) return { file, line: text.slice(0, position).split('\n').length };
    }
    return undefined;
  };
  return (chapter, name) => {
    const found = find(name) ?? find(chapter);
    if (found === undefined) throw new Error(`No file of ${CASES} has the case "${name}" or its chapter "${chapter}".`);
    return found;
  };
}

/** The reasons are Markdown with code and nothing else. */
function reasonHtml(reason: string): string {
  return reason
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]+)`/g, '<code>$1</code>');
}
