/** The worker as the shop sees it: a process that sends its log lines. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogLine, LogWriter } from './log-line.js';

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Kills the process as a crash would: the jobs that it handles are not finished. */
  kill(): Promise<void>;
}

export function startWorker(redis: { readonly host: string; readonly port: number }, log: LogWriter): WorkerProcess {
  const program = fileURLToPath(new URL('order-worker.js', import.meta.url));
  const child = fork(program, [redis.host, `${redis.port}`]);
  child.on('message', (line: LogLine) => log(line));
  return {
    pid: child.pid,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
