/** The worker as the shop sees it: a process that sends its log lines. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogWriter } from './log-line.js';
import type { WorkerMessage } from './order-worker.js';

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Kills the process. */
  kill(): Promise<void>;
}

/** Starts a worker, and resolves once it takes orders from the queue. */
export async function startWorker(
  redis: { readonly host: string; readonly port: number },
  log: LogWriter,
): Promise<WorkerProcess> {
  const program = fileURLToPath(new URL('order-worker.js', import.meta.url));
  const child = fork(program, [redis.host, `${redis.port}`]);
  const exit = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: WorkerMessage) => {
      if ('line' in message) log(message.line);
      else resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The worker exited with code ${code}.`)));
  });
  return {
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
