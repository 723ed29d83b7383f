#!/usr/bin/env node
/** The command `throughline-doctor`: runs a program and prints the findings of all its processes. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLE } from '../options.js';
import { type Finding, mergeFindings } from '../report/finding.js';
import { formatReport } from '../report/format-report.js';
import { type CommandLine, HELP, parseArguments, UsageError } from './parse-arguments.js';

const REGISTER = new URL('../loader/register.js', import.meta.url).href;

try {
  const line = parseArguments(process.argv.slice(2));
  if (line === 'help') process.stdout.write(HELP);
  else if (line === 'version') console.log(readVersion());
  else await runProgram(line);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`throughline-doctor: ${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}

async function runProgram({ options, command, args, isOther }: CommandLine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --import=${REGISTER}`.trim();
  const env = {
    ...process.env,
    NODE_OPTIONS: nodeOptions,
    [VARIABLE]: JSON.stringify({ ...options, folder }),
  };
  const child = spawn(command, args, { stdio: 'inherit', env, shell: isOther && process.platform === 'win32' });
  // A terminal sends its signals to both. The program decides when it ends, and its findings follow.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal);
    });
  }
  try {
    process.exitCode = await new Promise<number>((resolve) => {
      child.on('error', (error) => {
        console.error(`throughline-doctor: ${command} cannot be started: ${error.message}`);
        resolve(127);
      });
      child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    const text = formatReport(readFindings(folder), options.format);
    (options.format === 'text' ? process.stderr : process.stdout).write(text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readFindings(folder: string): Finding[] {
  // A process that was killed while it wrote has left a file with another ending.
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return mergeFindings(
    files.flatMap((name): Finding[] => JSON.parse(readFileSync(join(folder, name), 'utf8')).findings),
  );
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
