/**
 * The programs in the pages of `docs`.
 *
 * A block of code whose first line names a file (`// orders.mjs`), or that has the mark `runs on`, is a file of a
 * program. The files of one section are one folder: those that another file of the section names are its parts, and
 * each other one is a program. If a name is repeated in a section, a new folder begins. A page of HTML with scripts is
 * a program of its own.
 *
 * What a program must print is in its comments (see `@throughline/testing/docblocks`), or in the block after the text
 * “`node orders.mjs` prints:”. If the section has the command `node --option orders.mjs`, it runs with these options.
 *
 * Every other block of JavaScript or TypeScript is a fragment.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Block,
  blocksOf,
  fileNameOf,
  pageMark,
  type SnippetLanguage,
  snippetLanguages,
} from '../snippets/snippets.js';

/** A program for a page is built by esbuild: with the plugin of `@throughline/transform`, or without it. */
export const guideRuntimes = ['node', 'bun', 'deno', 'workerd', 'chromium', 'chromium without the transform'] as const;
export type GuideRuntime = (typeof guideRuntimes)[number];

export const guideServers = ['redis', 'postgres', 'nats'] as const;
export type GuideServer = (typeof guideServers)[number];

export interface GuideProgram {
  readonly page: string;
  readonly line: number;
  /** The name of the file to run; the page itself if it is HTML. */
  readonly file: string;
  readonly language: SnippetLanguage | 'html';
  readonly code: string;
  /** All files of its folder, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly runsOn: readonly GuideRuntime[];
  readonly needs: readonly GuideServer[];
  readonly nodeOptions: readonly string[];
  /** What the text says that it prints. Default: what its comments show. */
  readonly output?: string;
}

/** A block that is not run by this test. */
export interface OtherBlock {
  readonly block: Block;
  readonly reason: string;
}

export interface Guide {
  readonly programs: readonly GuideProgram[];
  readonly fragments: readonly Block[];
  readonly notRun: readonly OtherBlock[];
  /** Blocks that another test or command runs; the reason is the path of its file. */
  readonly runBy: readonly OtherBlock[];
}

/** Reads a page. */
export function readGuide(root: string, page: string): Guide {
  return guideOf(page, readFileSync(join(root, page), 'utf8'));
}

/**
 * Returns what is in the text of a page.
 * @throws {Error} if a mark is not one of those above, or stands before a block that it does not apply to
 */
export function guideOf(page: string, text: string): Guide {
  const blocks = blocksOf(page, text);
  const runner = pageMark('run by', text) ?? pageMark('checked by', text);
  const fragments: Block[] = [];
  const notRun: OtherBlock[] = [];
  const runBy: OtherBlock[] = [];
  const folders: Block[][] = [];
  for (const block of blocks) {
    if (!isCode(block)) continue;
    const runByFile = block.checkedBy ?? block.runBy ?? runner;
    const reason = block.notRun ?? block.notCompiled;
    if (reason !== undefined) notRun.push({ block, reason });
    else if (runByFile !== undefined) runBy.push({ block, reason: runByFile });
    else if (isProgramFile(block)) addToFolder(folders, block);
    else if (block.needs !== undefined) {
      throw new Error(`${positionOf(block)}: a program must name its file in the first line, as in // orders.mjs.`);
    } else fragments.push(block);
  }
  const sections = sectionsOf(text);
  const programs = folders.flatMap((folder) => programsOf(folder, blocks, sections));
  return { programs, fragments, notRun, runBy };
}

export function positionOf({ page, line }: { readonly page: string; readonly line: number }): string {
  return `${page}:${line}`;
}

function isCode({ language, code }: Block): boolean {
  return snippetLanguages.some((one) => one === language) || (language === 'html' && code.includes('<script'));
}

function isProgramFile({ language, code, runsOn }: Block): boolean {
  return language === 'html' || runsOn !== undefined || fileNameOf(code) !== undefined;
}

/** Returns the name of the file of a program, which need not state it if it has the mark `runs on`. */
function fileOf({ language, code }: Block): string {
  return fileNameOf(code) ?? (language === 'html' ? 'index.html' : `program.${language}`);
}

function addToFolder(folders: Block[][], block: Block): void {
  const last = folders.at(-1);
  const name = fileOf(block);
  const isNew =
    last === undefined ||
    block.language === 'html' ||
    last.some((one) => one.section !== block.section || one.language === 'html' || fileOf(one) === name);
  if (isNew) folders.push([block]);
  else last.push(block);
}

/** Returns the programs among the files of a folder: those that no other file names. */
function programsOf(folder: readonly Block[], blocks: readonly Block[], sections: readonly string[]): GuideProgram[] {
  const files = new Map(folder.map((block) => [fileOf(block), block.code]));
  const isPart = (block: Block) => {
    const [name] = fileOf(block).split('.');
    return folder.some((other) => other !== block && new RegExp(`\\./${name}\\.[cm]?[jt]sx?['"\`]`).test(other.code));
  };
  const entries = folder.filter((block) => !isPart(block));
  return entries.map((block) => {
    const file = fileOf(block);
    const output = outputAfter(file, entries.length === 1 ? folder : [block], blocks);
    return {
      page: block.page,
      line: block.line,
      file,
      language: block.language as GuideProgram['language'],
      code: block.code,
      files,
      runsOn: namesOf(block, 'runsOn', guideRuntimes, [block.language === 'html' ? 'chromium' : 'node']),
      needs: namesOf(block, 'needs', guideServers, []),
      nodeOptions: nodeOptionsOf(file, sections[block.section]),
      ...(output !== undefined && { output }),
    };
  });
}

/** Returns the text block that follows a file of the program, after text that ends with “prints:”. */
function outputAfter(file: string, folder: readonly Block[], blocks: readonly Block[]): string | undefined {
  const [before] = folder.slice(-1);
  const next = before && blocks[blocks.indexOf(before) + 1];
  if (next === undefined || (next.language !== '' && next.language !== 'text')) return undefined;
  const [, command = file] = /(?:`(?:\w+ )*(\S+)` )?prints?:\s*$/.exec(next.textBefore) ?? ['', ''];
  return command === file ? next.code : undefined;
}

/** Returns the options in a command of the section that runs the file with Node. */
function nodeOptionsOf(file: string, sectionText = ''): string[] {
  for (const [, inText = '', onLine = inText] of sectionText.matchAll(/`node ([^`]+)`|^node (.+)$/gm)) {
    const words = onLine.split(/\s+/);
    if (words.at(-1) === file) return words.slice(0, -1);
  }
  return [];
}

/** Splits a page before each of its headings. */
function sectionsOf(text: string): string[] {
  const sections = [''];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const [, marker] = /^ *(```)/.exec(line) ?? [];
    if (marker !== undefined) fence = fence === undefined ? marker : undefined;
    if (fence === undefined && /^#{1,6} /.test(line)) sections.push('');
    sections[sections.length - 1] += `${line}\n`;
  }
  return sections;
}

function namesOf<Name extends string>(
  block: Block,
  mark: 'runsOn' | 'needs',
  known: readonly Name[],
  defaultNames: readonly Name[],
): readonly Name[] {
  return (
    block[mark]?.split(', ').map((name) => {
      const found = known.find((one) => one === name);
      if (found === undefined) throw new Error(`${positionOf(block)}: "${name}" is none of ${known.join(', ')}.`);
      return found;
    }) ?? defaultNames
  );
}
