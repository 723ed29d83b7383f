/**
 * The snippets of JavaScript and TypeScript in the Markdown pages of the repository, and the examples in the docblocks of
 * the packages.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesOf, readPublicDeclarations } from '@throughline/testing/docblocks';

/** A fenced block of a page. */
export interface Snippet {
  /** The path of the page in the repository, or the declaration whose docblock has the example. */
  readonly page: string;
  /** The line of the page before the first line of the code, counted from 1. In a docblock, it is counted from there. */
  readonly line: number;
  readonly language: 'js' | 'ts';
  readonly code: string;
  /** Why it is not compiled: the text of the comment `<!-- not compiled: ... -->` in the line before it. */
  readonly notCompiled?: string;
}

/** The pages that users read: those of the repository, and those that npm shows. */
export function findPages(root: string): string[] {
  const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  return ['README.md', ...guides.map((name) => `docs/${name}`), ...packages].filter((path) =>
    existsSync(join(root, path)),
  );
}

/** Returns the snippets of a page. */
export function readSnippets(root: string, page: string): Snippet[] {
  return snippetsOf(page, readFileSync(join(root, page), 'utf8'));
}

/** Returns the snippets in the text of a page. A block that is part of a list is indented, and so is its code. */
export function snippetsOf(page: string, text: string): Snippet[] {
  const pattern = /^(?:<!-- not compiled: (.+) -->\n)?( *)```(js|ts)\n([\s\S]*?)^\2```$/gm;
  return [...text.matchAll(pattern)].map(
    ({ index, 0: block, 1: notCompiled, 2: indent = '', 3: language, 4: code = '' }) => {
      const start = index + block.indexOf('```');
      return {
        page,
        line: text.slice(0, start).split('\n').length,
        language: language === 'ts' ? 'ts' : 'js',
        code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
        ...(notCompiled !== undefined && { notCompiled }),
      };
    },
  );
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
