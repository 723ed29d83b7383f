#!/usr/bin/env node
/** The command `throughline-doctor`: runs a program and prints the findings of all its processes. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLE } from '../options.js';
import { formatReport } from '../report/format-report.js';
import { writeHtmlReport } from '../report/html-report.js';
import type { Report } from '../report/report.js';
import { hasReceivedSignal, readReports } from '../report/report-files.js';
import { REPORT_SIGNAL } from '../report/report-signal.js';
import { STDERR, STDOUT, writeAll } from '../report/standard-streams.js';
import { type CommandLine, HELP, parseArguments, UsageError } from './parse-arguments.js';
import { passSignals } from './pass-signals.js';

const REGISTER = new URL('../../lib/node/register.cjs', import.meta.url).href;

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

async function runProgram({ options, failsOnFindings, command, args, isOther }: CommandLine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --import=${REGISTER}`.trim();
  const env = {
    ...process.env,
    NODE_OPTIONS: nodeOptions,
    [VARIABLE]: JSON.stringify({ ...options, html: undefined, folder }),
  };
  const child = spawn(command, args, { stdio: 'inherit', env, shell: isOther && process.platform === 'win32' });
  // Other commands may handle signals without the doctor.
  passSignals(child, isOther ? undefined : () => hasReceivedSignal(folder, child.pid ?? 0));
  const report = (): Report | undefined => {
    try {
      const found = readReports(folder);
      writeAll(options.format === 'text' ? STDERR : STDOUT, formatReport(found, options.format));
      if (options.html !== undefined) writeHtmlReport(options.html, found);
      return found;
    } catch (error) {
      // The exit code remains that of the program, which may have removed the folder.
      const message = error instanceof Error ? error.message : String(error);
      console.error(`throughline-doctor: The findings could not be reported: ${message}`);
      return undefined;
    }
  };
  if (process.platform !== 'win32') process.on(REPORT_SIGNAL, report);
  try {
    process.exitCode = await new Promise<number>((resolve) => {
      child.on('error', (error) => {
        console.error(`throughline-doctor: ${command} cannot be started: ${error.message}`);
        resolve(127);
      });
      child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    const findings = report()?.findings;
    if (failsOnFindings && process.exitCode === 0 && findings?.length !== 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
