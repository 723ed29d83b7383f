/**
 * Reports the findings: when a process ends, and when it receives a signal.
 *
 *     process without the command    prints one report for all of its threads when it ends
 *     its worker threads             send theirs to the main thread
 *     processes of the command       each thread writes a file, and the command prints one report for all
 *
 * A thread can be terminated, and a process can be killed. What they have found is therefore sent or written at once if it
 * is new, and shortly afterwards if it is only counted once more.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { DoctorOptions } from '../options.js';
import { listenToChanges } from '../runtime/changes.js';
import { setTimeout } from '../runtime/real-time.js';
import { hasRecords } from './has-records.js';
import { isHandledByProgram, observeProcess, observeSignal, stopObservingSignal } from './process-events.js';
import { mergeReports, type Report } from './report.js';
import { noteSignal, writeReportOfThread } from './report-files.js';
import { REPORT_SIGNAL } from './report-signal.js';
import { STDERR, writeAll } from './standard-streams.js';
import { receiveReportsOfThreads, sendReportOfThread } from './thread-reports.js';

const require = createRequire(import.meta.url);
/** Loaded when there is something to report: scripts/bundle.mjs makes it a file of its own. */
const writer = (): typeof import('./write-report.js') => require('./write-report.js');

/** Signals that end a process without the event `exit` if it does not listen to them. SIGUSR2 is that of nodemon. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

/** Milliseconds between a finding that was counted once more and its report. */
const DELAY = 200;

export function reportAtEnd(given: DoctorOptions): void {
  const { folder, html } = given;
  // The program may change the current folder.
  const options = { ...given, html: html === undefined ? undefined : resolve(html) };
  const receive = isMainThread && options.folder === undefined ? receiveReportsOfThreads() : () => [];
  const collectOwn = (): Report =>
    hasRecords() ? writer().collectReport(options.all) : { findings: [], unchecked: [] };
  const collect = () => mergeReports([collectOwn(), ...receive()]);
  const save = saverFor(options);
  if (save !== undefined) saveChanges(() => save(collectOwn()));
  const end = () => guard(() => (save === undefined ? print(collect(), options) : save(collect())));
  observeProcess('exit', end);
  if (!isMainThread || process.platform === 'win32') return;
  observeSignal(REPORT_SIGNAL, () =>
    guard(() => {
      const report = collect();
      if (report.findings.length > 0) print(report, options);
      else writeAll(STDERR, `throughline-doctor: Process ${process.pid} has no findings until now.\n`);
    }),
  );
  // Without an observer, a process that is interrupted ends without the event `exit`.
  for (const signal of ENDING_SIGNALS) {
    observeSignal(signal, () => {
      if (folder !== undefined) guard(() => noteSignal(folder));
      // The program decides what the signal does.
      if (isHandledByProgram(signal)) return;
      end();
      stopObservingSignal(signal);
      process.kill(process.pid, signal);
    });
  }
}

/** How a thread keeps its findings before it ends. Undefined if no other thread or process reports them. */
function saverFor({ folder }: DoctorOptions): ((report: Report) => void) | undefined {
  if (folder !== undefined) return (report) => writeReportOfThread(folder, report);
  return isMainThread ? undefined : sendReportOfThread;
}

function saveChanges(save: () => void): void {
  let isWaiting = false;
  const saveNow = () => {
    isWaiting = false;
    guard(save);
  };
  listenToChanges((isNew) => {
    if (isNew) guard(save);
    else if (!isWaiting) {
      isWaiting = true;
      setTimeout(saveNow, DELAY).unref();
    }
  });
}

/** An error in a listener would change the exit code of the program, or end the thread that started it. */
function guard(report: () => void): void {
  try {
    report();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    writeAll(STDERR, `throughline-doctor: The findings of process ${process.pid} could not be reported: ${message}\n`);
  }
}

function print(report: Report, options: DoctorOptions): void {
  const isEmpty = report.findings.length === 0 && report.unchecked.length === 0;
  // Nothing is printed as text then. All other formats state it.
  if (isEmpty && options.format === 'text' && options.html === undefined) return;
  writer().printReport(report, options);
}
