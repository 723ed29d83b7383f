#!/usr/bin/env node
/** The command `throughline-transform`: writes transformed copies of files and directories. */
import { readFileSync } from 'node:fs';
import { TransformError } from '../parse/transform-error.js';
import { type CommandOptions, HELP, parseArguments } from './arguments.js';
import { findInputFiles } from './input-files.js';
import { UsageError } from './parse-options.js';
import { Progress } from './progress.js';
import { writeOutput } from './write-output.js';

process.exitCode = main(process.argv.slice(2));

/** @returns the exit code */
function main(args: string[]): number {
  try {
    const options = parseArguments(args);
    if (options === 'help') process.stdout.write(HELP);
    else if (options === 'version') console.log(readVersion());
    else return transformInputs(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`throughline-transform: ${error.message}\nSee throughline-transform --help.`);
    return 2;
  }
}

function readVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

/** @returns the exit code */
function transformInputs(options: CommandOptions): number {
  const started = performance.now();
  const files = findInputFiles(options.inputs, options.outDirectory);
  const progress = new Progress(process.stderr, files.length);
  const written = new Set<string>();
  let transformed = 0;
  let copied = 0;
  let failed = 0;
  for (const file of files) {
    const { input, output, kind } = file;
    // The input is a source map whose file has already been written, together with a new source map.
    if (written.has(output)) continue;
    progress.begin(input);
    if (kind === 'other') {
      progress.clear();
      console.error(`${input}: not copied, because it is not a file, a directory or a symbolic link`);
      continue;
    }
    try {
      const result = writeOutput(file, options);
      for (const path of result.paths) written.add(path);
      if (result.isTransformed) transformed++;
      else copied++;
    } catch (error) {
      failed++;
      progress.clear();
      console.error(describeError(error, input));
    }
  }
  progress.clear();
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const total = transformed + copied + failed;
  const parts = [`${transformed} transformed`, `${copied} copied`, ...(failed > 0 ? [`${failed} failed`] : [])];
  console.log(`${total} ${total === 1 ? 'file' : 'files'}: ${parts.join(', ')}, in ${seconds} s`);
  return failed > 0 ? 1 : 0;
}

function describeError(error: unknown, input: string): string {
  if (error instanceof TransformError) return `${error.message}\n\n${error.frame}\n`;
  return `${input}: ${error instanceof Error ? error.message : String(error)}`;
}
