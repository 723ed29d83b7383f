/** Reports the findings when the process or thread ends, and when it receives SIGUSR2. */
import { writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import type { DoctorOptions } from '../options.js';
import { collectFindings } from './collect-findings.js';
import { formatReport } from './format-report.js';

const STDOUT = 1;
const STDERR = 2;

export function reportAtEnd(options: DoctorOptions): void {
  process.on('exit', () => report(options));
  if (!isMainThread) return;
  if (process.platform !== 'win32') process.on('SIGUSR2', () => print(options));
  // Without a listener, a process that is interrupted ends without the event `exit`.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const listener = () => {
      if (process.listenerCount(signal) > 1) return;
      report(options);
      process.removeListener(signal, listener);
      process.kill(process.pid, signal);
    };
    process.on(signal, listener);
  }
}

function report(options: DoctorOptions): void {
  const { folder } = options;
  if (folder === undefined) {
    print(options);
    return;
  }
  const findings = collectFindings(options.all);
  if (findings.length === 0) return;
  writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify({ findings }));
}

function print({ all, format }: DoctorOptions): void {
  const text = formatReport(collectFindings(all), format);
  if (text === '') return;
  try {
    // The streams of process may no longer be written when the process ends. Workflow commands are read from stdout.
    writeSync(format === 'text' ? STDERR : STDOUT, text);
  } catch {
    // The terminal is gone.
  }
}
