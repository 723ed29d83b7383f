/**
 * A child process that never outlives this process: it is killed, with every process that it started, by `kill()` or at
 * the latest when this process exits.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface ManagedChild {
  readonly process: ChildProcess;
  /** Kills the child and its descendants, and resolves once the child has exited. */
  kill(): Promise<void>;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Starts a program at the head of its own process group, so that the whole group can be killed at once. */
export function startChild(
  path: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; stdio: ('ignore' | 'pipe' | number)[]; uid?: number; gid?: number },
): ManagedChild {
  const child = spawn(path, args, { ...options, detached: true });
  const exited = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const stopWatching = killWithThisProcess(child);
  return {
    process: child,
    async kill() {
      killGroup(child);
      await exited;
      stopWatching();
    },
  };
}

/**
 * Kills a child that heads a process group, and the whole group, when this process exits or receives a termination
 * signal.
 *
 * @returns a function that removes the listeners; call it once the child has exited
 */
export function killWithThisProcess(child: ChildProcess): () => void {
  const onExit = () => killGroup(child);
  const onSignal = (signal: NodeJS.Signals) => {
    killGroup(child);
    stopWatching();
    // Listening to a signal disables its default action, so perform it unless another listener handles the signal.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const stopWatching = () => {
    process.off('exit', onExit);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of signals) process.on(signal, onSignal);
  return stopWatching;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Every process of the group has already exited.
  }
}
