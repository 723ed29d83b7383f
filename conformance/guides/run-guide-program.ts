/** Runs a program of a guide on the runtime that it is for, and compares what it prints with what the guide shows. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectedLines, type RunOptions, runExample } from '@throughline/testing/docblocks';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';
import typescript from 'typescript-5';
import type { PackageHost } from '../standalone/package-host.js';
import type { GuideProgram } from './guide-programs.js';

/** Imports of the programs are resolved from here as they would be from the folder of a user. */
const outputFolder = fileURLToPath(new URL('.', import.meta.url));

/** The arguments of a runtime before the file. */
const RUNTIME_ARGUMENTS = { bun: ['run'], deno: ['run', '--allow-all', '--no-lock'] };

/** workerd serves a module at the port of the test. */
const WORKERD_CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .guide)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "main")],
);
const guide :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
);
`;

/** Whether the guide shows something that the program prints or responds with, or the program is a test. */
export function showsOutput({ file, code, output }: GuideProgram): boolean {
  return isTest(file) || output !== undefined || /console\.log\(.*\/\/ |^\/\/ curl |\blog\.\w+\(.*\/\/ /m.test(code);
}

/** @throws {AssertionError} if the program fails, or if it prints something else than the guide shows */
export async function runOnNode(program: GuideProgram): Promise<void> {
  await inFolder(program, (folder, code, file) =>
    runExample(code, { folder, file, nodeOptions: program.nodeOptions, ...outputOf(program) }),
  );
}

/** @param path the path of the runtime's binary */
export async function runOnRuntime(program: GuideProgram, runtime: 'bun' | 'deno', path: string): Promise<void> {
  await inFolder(program, (folder, code, file) =>
    runExample(code, { folder, file, runtime: { path, args: RUNTIME_ARGUMENTS[runtime] }, ...outputOf(program) }),
  );
}

/** @param path the path of workerd's binary */
export async function runOnWorkerd(program: GuideProgram, path: string): Promise<void> {
  await inFolder(program, async (folder, code, file) => {
    writeFileSync(join(folder, file), code);
    await build({
      entryPoints: [join(folder, file)],
      outfile: join(folder, 'worker.mjs'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd'],
      external: ['node:*'],
      logLevel: 'error',
    });
    // The comments of the program state what its server responds with; the file that workerd runs is the configuration.
    const comments = code
      .match(/^\/\/ curl .*$/gm)
      ?.join('\n')
      .replaceAll('//', '#');
    const runtime = { path, args: ['serve'] };
    const toJavaScript = () => `${WORKERD_CONFIG}${comments}\n`;
    await runExample(code, { folder, file: 'config.capnp', runtime, toJavaScript, output: '' });
  });
}

let pageCount = 0;

/** Builds the program for a page, or takes it as it is if it is a page, and opens it in Chromium. */
export async function runInPage(
  program: GuideProgram,
  host: PackageHost,
  { isTransformed }: { readonly isTransformed: boolean },
): Promise<void> {
  const expected = program.output?.trimEnd().split('\n') ?? expectedLines([...program.files.values()].join('\n'));
  assert.notEqual(expected.length, 0, 'A program for a page must show what it prints.');
  if (program.language === 'html') {
    assert.deepEqual(await host.printedLines(program.code, expected.length), expected);
    return;
  }
  await inFolder(program, async (folder, code, file) => {
    writeFileSync(join(folder, file), code);
    const path = `/guides/${++pageCount}`;
    const files = [...program.files.keys()].map(scriptName);
    const { outputFiles } = await build({
      entryPoints: files.map((name) => join(folder, name)),
      outdir: folder,
      bundle: true,
      format: 'esm',
      write: false,
      plugins: isTransformed ? [throughline()] : [],
      logLevel: 'error',
    });
    for (const { path: built, text } of outputFiles) host.add(`${path}/${built.slice(folder.length + 1)}`, text);
    const html = `<!doctype html><div id="root"></div><script type="module" src="${path}/${scriptName(file).replace(/\.[cm]js$/, '.js')}"></script>`;
    assert.deepEqual(await host.printedLines(html, expected.length), expected);
  });
}

function outputOf({ file, output }: GuideProgram): Pick<RunOptions, 'output' | 'ignoresOutput'> {
  return output === undefined ? { ignoresOutput: isTest(file) } : { output };
}

/** A test fails by its exit code. What it prints depends on the test runner. */
function isTest(file: string): boolean {
  return /\.test\.[cm]?[jt]s$/.test(file);
}

/** Writes the files of a program to a folder, those in TypeScript as JavaScript, and removes the folder afterwards. */
async function inFolder(
  program: GuideProgram,
  run: (folder: string, code: string, file: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(outputFolder, 'program-'));
  try {
    for (const [name, code] of program.files) {
      const file = join(folder, scriptName(name));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, name === scriptName(name) ? code : toJavaScript(code, name));
    }
    const file = scriptName(program.file);
    await run(folder, file === program.file ? program.code : toJavaScript(program.code, program.file), file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the name under which a file is saved as JavaScript. */
function scriptName(file: string): string {
  return file.replace(/(?:ts|tsx|jsx)$/, 'js');
}

/** Compiles a file of a program as a project of Nest does, with the types of decorated constructors at run time. */
function toJavaScript(code: string, file: string): string {
  const { JsxEmit, ScriptTarget, ModuleKind } = typescript;
  return typescript.transpileModule(code, {
    fileName: file,
    compilerOptions: {
      target: ScriptTarget.ES2022,
      module: ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      jsx: JsxEmit.ReactJSX,
    },
  }).outputText;
}
