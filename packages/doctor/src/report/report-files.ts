/** The files in which the processes of a program leave their findings for the command `throughline-doctor`. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { mergeReports, type Report } from './report.js';

/** Writes what this thread has found until now. The file appears under its name when it is complete. */
export function writeReportOfThread(folder: string, report: Report): void {
  if (report.findings.length === 0 && report.unchecked.length === 0) return;
  const file = join(folder, `${process.pid}-${threadId}.json`);
  writeFileSync(`${file}.part`, JSON.stringify(report));
  renameSync(`${file}.part`, file);
}

/** Notes that this process has received a signal: it is not blocked. */
export function noteSignal(folder: string): void {
  writeFileSync(signalFile(folder, process.pid), '');
}

/** Whether a process has received a signal. */
export function hasReceivedSignal(folder: string, pid: number): boolean {
  return existsSync(signalFile(folder, pid));
}

function signalFile(folder: string, pid: number): string {
  return join(folder, `${pid}.signal`);
}

/** Adds up what the threads of all processes have found until now. */
export function readReports(folder: string): Report {
  // A process that was killed while it wrote has left a file with another ending.
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return mergeReports(files.map((name): Report => JSON.parse(readFileSync(join(folder, name), 'utf8'))));
}
