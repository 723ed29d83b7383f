/**
 * Passes the signals that the command receives on to the program.
 *
 *     from a terminal            the program has received it too, because a terminal sends it to both
 *     from another process       the program receives it here only
 *
 * While the doctor observes signals, a program whose event loop is blocked is not ended by them as it would be alone. If it
 * has not noticed a signal when the next one comes, it is killed.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { STDERR, writeAll } from '../report/standard-streams.js';

/** Signals of the keys of a terminal. */
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
    // A program is not ended by this signal: it starts its debugger.
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
  // The console of Windows sends Ctrl+C to all processes.
  if (process.platform === 'win32') return true;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
