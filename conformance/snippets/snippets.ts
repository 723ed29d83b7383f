/**
 * The fenced blocks of code in the Markdown pages of the repository, and the examples in the docblocks of the packages.
 *
 * Comments of HTML directly before a block state what the tests do with it. GitHub does not show them.
 *
 *     <!-- not compiled: REASON -->   neither compiled nor run
 *     <!-- not run: REASON -->        compiled, but not run
 *     <!-- run by: PATH -->           compiled here, and run by another test or command, whose file is named
 *     <!-- checked by: PATH -->       neither compiled nor run here: the file that is named does both
 *     <!-- runs on: bun, deno -->     the runtimes on which a program runs; default: node
 *     <!-- needs: redis -->           the servers that are started for a program
 *     <!-- opens in: playground -->   the site links it to its playground, where a test of the site runs it
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesOf, readPublicDeclarations } from '@throughline/testing/docblocks';

/** What the comments directly before a block state. */
export interface Marks {
  readonly notCompiled?: string;
  readonly notRun?: string;
  readonly runBy?: string;
  readonly checkedBy?: string;
  readonly runsOn?: string;
  readonly needs?: string;
  readonly opensIn?: string;
}

/** A fenced block of a page. */
export interface Block extends Marks {
  /** The path of the page in the repository. */
  readonly page: string;
  /** The line of the page before the first line of the text, counted from 1. */
  readonly line: number;
  /** The number of headings before it. */
  readonly section: number;
  /** What stands behind the backticks, or an empty string. */
  readonly language: string;
  readonly code: string;
  /** The text between it and the block before it, without its marks. */
  readonly textBefore: string;
}

export const snippetLanguages = ['js', 'ts', 'jsx', 'tsx'] as const;
export type SnippetLanguage = (typeof snippetLanguages)[number];

/** A block of JavaScript or TypeScript, or an example. */
export interface Snippet {
  /** The path of the page in the repository, or the declaration whose docblock has the example. */
  readonly page: string;
  /** The line of the page before the first line of the code, counted from 1. In a docblock, it is counted from there. */
  readonly line: number;
  readonly language: SnippetLanguage;
  readonly code: string;
  /** Why it is not compiled. */
  readonly notCompiled?: string;
  /** The number of headings before it. Snippets of one section can import each other. */
  readonly section?: number;
}

const MARK_NAMES: Readonly<Record<string, keyof Marks>> = {
  'not compiled': 'notCompiled',
  'not run': 'notRun',
  'run by': 'runBy',
  'checked by': 'checkedBy',
  'runs on': 'runsOn',
  needs: 'needs',
  'opens in': 'opensIn',
};

const BLOCK = /^((?:<!-- .+ -->\n)*)( *)```([^\n`]*)\n([\s\S]*?)^\2```$/gm;

/** The pages that users read: those of the repository, and those that npm shows. */
export function findPages(root: string): string[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  return ['README.md', ...findGuides(root), ...packages].filter((path) => existsSync(join(root, path)));
}

/** The pages of the folder `docs`. */
export function findGuides(root: string): string[] {
  return readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort();
}

/**
 * Returns the fenced blocks in the text of a page. A block that is part of a list is indented, and so is its text.
 * @throws {Error} if a comment before a block has an unknown name
 */
export function blocksOf(page: string, text: string): Block[] {
  let end = 0;
  let section = 0;
  return [...text.matchAll(BLOCK)].map((match) => {
    const [whole, comments = '', indent = '', language = '', code = ''] = match;
    const textBefore = text.slice(end, match.index);
    section += textBefore.match(/^#{1,6} /gm)?.length ?? 0;
    end = match.index + whole.length;
    const line = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
    return {
      page,
      line,
      section,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      textBefore,
      ...marksOf(comments, `${page}:${line}`),
    };
  });
}

function marksOf(comments: string, position: string): Marks {
  const marks: Record<string, string> = {};
  for (const [, name = '', value = ''] of comments.matchAll(/^<!-- ([\w ]+): (.+) -->$/gm)) {
    const key = MARK_NAMES[name];
    if (key === undefined) {
      const known = Object.keys(MARK_NAMES).join(', ');
      throw new Error(`${position}: the comment before the block has the unknown name "${name}". Use one of ${known}.`);
    }
    marks[key] = value;
  }
  return marks;
}

/** Returns the path in the comment that states for all programs of a page what runs, or compiles and runs them. */
export function pageMark(name: 'run by' | 'checked by', text: string): string | undefined {
  return new RegExp(`^<!-- all programs of this page are ${name}: (\\S+) -->$`, 'm').exec(text)?.[1];
}

/** Returns the snippets of a page. */
export function readSnippets(root: string, page: string): Snippet[] {
  return snippetsOf(page, readFileSync(join(root, page), 'utf8'));
}

/** Returns the snippets in the text of a page, apart from those that something else compiles and runs. */
export function snippetsOf(page: string, text: string): Snippet[] {
  const checker = pageMark('checked by', text);
  return blocksOf(page, text).flatMap((block) => {
    const { line, section, language: name, code, notCompiled, checkedBy = checker } = block;
    const language = snippetLanguages.find((one) => one === name);
    if (language === undefined || checkedBy !== undefined) return [];
    return [{ page, line, section, language, code, ...(notCompiled !== undefined && { notCompiled }) }];
  });
}

/** Returns the name of the file that the first line of a program states, as in `// orders.mjs`. */
export function fileNameOf(code: string): string | undefined {
  return /^\/\/ (\S+\.[cm]?[jt]sx?)\n/.exec(code)?.[1];
}

/** Returns the examples in the docblocks of a package. */
export function readExamples(root: string, name: string): Snippet[] {
  return readPublicDeclarations(pathToFileURL(join(root, 'packages', name, '/'))).flatMap((declaration) =>
    examplesOf(declaration.docblock).map((code) => ({
      page: `packages/${name}, ${declaration.name} of ${declaration.subpath}`,
      line: 0,
      language: code.startsWith('// TypeScript') ? 'ts' : 'js',
      code,
    })),
  );
}
