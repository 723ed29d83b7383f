#!/usr/bin/env node
/** The command `throughline-transform`: files and folders in, transformed copies out. */
import { readFileSync } from 'node:fs';
import { TransformError } from '../transform-error.js';
import { HELP, type Order, readArguments, UsageError } from './arguments.js';
import { findEntries } from './input-files.js';
import { Progress } from './progress.js';
import { writeEntry } from './write-output.js';

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  try {
    const order = readArguments(args);
    if (order === 'help') process.stdout.write(HELP);
    else if (order === 'version') console.log(version());
    else return carryOut(order);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`throughline-transform: ${error.message}\nSee throughline-transform --help.`);
    return 2;
  }
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

function carryOut(order: Order): number {
  const started = performance.now();
  const entries = findEntries(order.inputs, order.out);
  const progress = new Progress(process.stderr, entries.length);
  const made = new Set<string>();
  let transformed = 0;
  let copied = 0;
  let failed = 0;
  for (const entry of entries) {
    const { input, output, kind } = entry;
    // A source map that was replaced together with its file.
    if (made.has(output)) continue;
    progress.begin(input);
    if (kind === 'other') {
      progress.clear();
      console.error(`${input}: not copied, since it is neither a file nor a folder nor a link`);
      continue;
    }
    try {
      const result = writeEntry(entry, order);
      for (const file of result.made) made.add(file);
      if (result.isTransformed) transformed++;
      else copied++;
    } catch (error) {
      failed++;
      progress.clear();
      console.error(describe(error, input));
    }
  }
  progress.clear();
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  const total = transformed + copied + failed;
  const parts = [`${transformed} transformed`, `${copied} copied`, ...(failed > 0 ? [`${failed} failed`] : [])];
  console.log(`${total} ${total === 1 ? 'file' : 'files'}: ${parts.join(', ')}, in ${seconds} s`);
  return failed > 0 ? 1 : 0;
}

function describe(error: unknown, input: string): string {
  if (error instanceof TransformError) return `${error.message}\n\n${error.frame}\n`;
  return `${input}: ${error instanceof Error ? error.message : String(error)}`;
}
