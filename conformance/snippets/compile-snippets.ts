/**
 * Compiles snippets as strict TypeScript, with the types that the packages publish. A snippet in JavaScript is compiled
 * as TypeScript too, so that it can be pasted into a file of either language.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileNameOf, type Snippet } from './snippets.js';

export type Resolution = 'bundler' | 'node16';

export interface SnippetError {
  readonly snippet: Snippet;
  /** The position in the page, the code of the compiler and its message. */
  readonly text: string;
}

const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');
const context = fileURLToPath(new URL('../../snippets/context.d.ts', import.meta.url));

/** The compiler finds packages from here as it would from the folder of a user. */
const outputFolder = fileURLToPath(new URL('../', import.meta.url));

const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  jsx: 'react-jsx',
  // As in every project of Nest.
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

const moduleOptions = {
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
  node16: { module: 'Node16', moduleResolution: 'Node16' },
};

/**
 * Compiles snippets, and returns the errors in the order of the snippets.
 * @param usesContext whether the snippets can use what `context.d.ts` declares; default: true
 */
export async function compileSnippets(
  snippets: readonly Snippet[],
  resolution: Resolution,
  { usesContext = true } = {},
): Promise<SnippetError[]> {
  const errors: SnippetError[] = [];
  for (const program of programsOf(snippets)) {
    errors.push(...(await compileProgram(program, resolution, usesContext)));
  }
  return errors.sort((a, b) => snippets.indexOf(a.snippet) - snippets.indexOf(b.snippet));
}

/**
 * Returns the snippets that are compiled together. A declaration that changes the types of a module applies to
 * everything that is compiled with it, so its snippet is compiled alone, or with the files of its section.
 */
function programsOf(snippets: readonly Snippet[]): Snippet[][] {
  const programs = new Map<string, Snippet[]>();
  const changesModules = ({ code }: Snippet) => /^declare (?:module|global)\b/m.test(code);
  const folderOf = (one: Snippet) => (fileNameOf(one.code) === undefined ? undefined : sectionFolder(one));
  const changing = new Set(snippets.filter(changesModules).map(folderOf));
  for (const snippet of snippets) {
    const folder = folderOf(snippet);
    const isAlone = folder === undefined && changesModules(snippet);
    const key = isAlone ? `${programs.size}` : folder !== undefined && changing.has(folder) ? folder : 'the rest';
    programs.set(key, [...(programs.get(key) ?? []), snippet]);
  }
  return [...programs.values()];
}

function sectionFolder({ page, section }: Snippet): string {
  return `${page.replaceAll(/\W/g, '-')}-${section}`;
}

async function compileProgram(
  snippets: readonly Snippet[],
  resolution: Resolution,
  usesContext: boolean,
): Promise<SnippetError[]> {
  mkdirSync(outputFolder, { recursive: true });
  const folder = mkdtempSync(join(outputFolder, 'snippets-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const options = { ...compilerOptions, ...moduleOptions[resolution] };
    const files = filesOf(snippets);
    const compiledFiles = [...(usesContext ? [context] : []), ...files.keys()];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: compiledFiles }));
    for (const [file, { code }] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      // Without an import or export, the names of two snippets would collide.
      writeFileSync(join(folder, file), `${code}\nexport {};\n`);
    }
    return errorsIn(await runCompiler(folder), files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Returns the snippets by the file in which each is compiled. The snippets of a section that name their files are in
 * one folder, under these names, so that they can import each other.
 */
function filesOf(snippets: readonly Snippet[]): Map<string, Snippet> {
  const files = new Map<string, Snippet>();
  for (const [index, snippet] of snippets.entries()) {
    const name = fileNameOf(snippet.code)?.replace(/js(x?)$/, 'ts$1');
    const extension = snippet.language.endsWith('x') ? 'tsx' : 'ts';
    const named = `${sectionFolder(snippet)}/${name}`;
    files.set(name === undefined || files.has(named) ? `${index}.${extension}` : named, snippet);
  }
  return files;
}

/** Returns what the compiler prints. Its exit code is 1 or 2 if the code has errors. */
async function runCompiler(folder: string): Promise<string> {
  const args = [compiler, '-p', 'tsconfig.json', '--pretty', 'false'];
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1e8 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout) return String(error.stdout);
    throw error;
  }
}

function errorsIn(output: string, files: ReadonlyMap<string, Snippet>): SnippetError[] {
  const errors: SnippetError[] = [];
  // A line that is indented continues the message of the line before it.
  for (const [message] of output.matchAll(/^\S.*(?:\n .*)*/gm)) {
    const [, file = '', row, text] = /^(\S+)\((\d+),\d+\): error (TS[\s\S]*)/.exec(message) ?? [];
    const snippet = files.get(file);
    if (snippet === undefined || text === undefined) throw new Error(`The compiler failed:\n${message}`);
    const line = snippet.code.split('\n')[Number(row) - 1] ?? '';
    if (snippet.language.startsWith('js') && isMissingAnnotation(text, line)) continue;
    errors.push({ snippet, text: `${snippet.page}:${snippet.line + Number(row)}: ${text}` });
  }
  return errors;
}

/** The beginning of a function that has a name, or of a method. */
const NAMED_FUNCTION = /^\s*(?:export )?(?:async )?(?:function\b|const \w+ = (?:async )?\(|\w+\([\w, ]*\) \{$)/;

/**
 * Whether an error says only that a function in JavaScript does not declare the types of its parameters. In a callback,
 * these types come from the function to which it is passed, and a missing one is an error of that function's types.
 */
function isMissingAnnotation(text: string, line: string): boolean {
  return /^TS(?:7006|7031)\b/.test(text) && NAMED_FUNCTION.test(line);
}
