/** Reports the findings when the process or thread ends, and when it receives SIGUSR2. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import type { DoctorOptions } from '../options.js';
import { collectFindings } from './collect-findings.js';
import type { Finding } from './finding.js';
import { formatReport } from './format-report.js';
import { addHiddenListener, removeHiddenListener } from './hidden-listeners.js';
import { STDERR, STDOUT, write } from './write-at-once.js';

export function reportAtEnd(options: DoctorOptions): void {
  process.on('exit', () => report(options));
  if (!isMainThread) return;
  if (process.platform !== 'win32') process.on('SIGUSR2', () => print(options));
  // Without a listener, a process that is interrupted ends without the event `exit`.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    addHiddenListener(signal, () => {
      // The program decides what the signal does.
      if (process.listenerCount(signal) > 0) return;
      report(options);
      removeHiddenListener(signal);
      process.kill(process.pid, signal);
    });
  }
}

/** An error in a listener of `exit` would change the exit code of the program, or end the thread that started it. */
function report(options: DoctorOptions): void {
  try {
    const { folder } = options;
    if (folder === undefined) print(options);
    else writeFindings(folder, collectFindings(options.all));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    write(STDERR, `throughline-doctor: The findings of process ${process.pid} could not be reported: ${message}\n`);
  }
}

/** Writes a file for the command. It appears under its name when it is complete. */
function writeFindings(folder: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const file = join(folder, `${process.pid}-${threadId}.json`);
  writeFileSync(`${file}.part`, JSON.stringify({ findings }));
  renameSync(`${file}.part`, file);
}

function print({ all, format }: DoctorOptions): void {
  const text = formatReport(collectFindings(all), format);
  // Workflow commands are read from stdout.
  if (text !== '') write(format === 'text' ? STDERR : STDOUT, text);
}
