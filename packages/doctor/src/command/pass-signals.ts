/**
 * Passes the signals that the command receives on to the program.
 *
 *     from a terminal            the program has received it too, because a terminal sends it to both
 *     from another process       the program receives it here only
 *
 * While the doctor observes signals, they do not end a program whose event loop is blocked. If the program has not
 * noticed a signal when the next one arrives, it is killed.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { STDERR, writeAll } from '../report/standard-streams.js';

/** Signals that a terminal sends for a key. */
const OF_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;
const OF_PROCESSES = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** Milliseconds between two signals after which the first one must have been noticed. */
const TIME_TO_NOTICE = 1000;

/** @param hasNoticed whether the program has received a signal; undefined for a program that does not tell */
export function passSignals(child: ChildProcess, hasNoticed: (() => boolean) | undefined): void {
  const isInTerminal = hasTerminal();
  let firstTime: number | undefined;
  const pass = (signal: NodeJS.Signals, isSent: boolean) => {
    if (!isSent) child.kill(signal);
    // This signal does not end a program: it starts the debugger.
    if (signal === 'SIGUSR1') return;
    firstTime ??= performance.now();
    if (hasNoticed === undefined || performance.now() - firstTime < TIME_TO_NOTICE || hasNoticed()) return;
    const reason = 'does not notice signals, because its event loop is blocked. It was killed.';
    writeAll(STDERR, `throughline-doctor: Process ${child.pid} ${reason}\n`);
    child.kill('SIGKILL');
  };
  for (const signal of OF_TERMINAL) process.on(signal, () => pass(signal, isInTerminal));
  for (const signal of OF_PROCESSES) process.on(signal, () => pass(signal, false));
}

function hasTerminal(): boolean {
  // The Windows console sends Ctrl+C to all processes.
  if (process.platform === 'win32') return true;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
