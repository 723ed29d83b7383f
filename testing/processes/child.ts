/**
 * A child process that is sure to end: when it is told to, with all that it has started, and at the latest with this
 * process.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Child {
  readonly process: ChildProcess;
  end(): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function startChild(
  path: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; stdio: ('ignore' | 'pipe')[]; uid?: number; gid?: number },
): Child {
  // At the head of a group of its own, so that the whole group can be killed.
  const child = spawn(path, args, { ...options, detached: true });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const release = endWithThisProcess(child);
  return {
    process: child,
    async end() {
      killGroup(child);
      await ended;
      release();
    },
  };
}

/**
 * Sees to it that a child at the head of a group does not outlive this process, with all of its group.
 * @returns what ends the watch, for when the child has ended
 */
export function endWithThisProcess(child: ChildProcess): () => void {
  const onExit = () => killGroup(child);
  const onSignal = (signal: NodeJS.Signals) => {
    killGroup(child);
    release();
    // What it would have done without this listener.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const release = () => {
    process.off('exit', onExit);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of signals) process.on(signal, onSignal);
  return release;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of the group have ended.
  }
}
