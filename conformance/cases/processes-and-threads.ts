import { equal } from '../assert.js';
import type { Case, Chapter, Implementation } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, childProcesses, workerThreads } from '../features.js';

const processCases: readonly Case[] = [
  {
    name: 'The exec() and execFile() callbacks run in the frame of the call',
    needs: ['node:child_process'],
    async run(implementation) {
      const { exec, execFile } = await import('node:child_process');
      await assertCallbackKeepsFrame(implementation, (callback) => exec('exit 0', callback));
      await assertCallbackKeepsFrame(implementation, (callback) => execFile(process.execPath, ['--version'], callback));
    },
  },
  {
    name: 'Awaiting the promisified execFile() keeps the frame',
    needs: ['node:child_process', 'node:util'],
    async run(implementation) {
      const { execFile } = await import('node:child_process');
      const { promisify } = await import('node:util');
      await assertFlowsKeepFrame(implementation, async (check) => {
        await promisify(execFile)(process.execPath, ['--version']);
        check('after execFile');
      });
    },
  },
  {
    name: 'The spawn, exit and close listeners of a child process run in the frame of the spawn() call',
    needs: ['node:child_process'],
    async run(implementation) {
      const { spawn } = await import('node:child_process');
      await assertFlowsKeepFrame(
        implementation,
        (check) =>
          new Promise<void>((resolve, reject) => {
            const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
            for (const event of ['spawn', 'exit']) child.on(event, () => check(event));
            child.on('error', reject);
            child.on('close', () => {
              check('close');
              resolve();
            });
          }),
      );
    },
  },
  {
    name: 'The exit listener of a child process runs in the frame of the spawn() call, not of the kill() call',
    needs: ['node:child_process'],
    async run({ AsyncLocalStorage }) {
      const { spawn } = await import('node:child_process');
      const storage = new AsyncLocalStorage<string>();
      const child = storage.run('spawn', () => spawn(process.execPath, ['-'], { stdio: ['pipe', 'ignore', 'ignore'] }));
      const seen = new Promise((resolve, reject) => {
        child.on('error', reject);
        storage.run('listener', () => child.on('exit', () => resolve(storage.getStore())));
      });
      storage.run('killer', () => child.kill('SIGKILL'));
      equal(await seen, 'spawn');
    },
  },
  {
    name: 'The data and end listeners of the output of a child process run in the frame of the spawn() call',
    needs: ['node:child_process'],
    async run(implementation) {
      const { spawn } = await import('node:child_process');
      await assertFlowsKeepFrame(
        implementation,
        (check) =>
          new Promise<void>((resolve, reject) => {
            const child = spawn(process.execPath, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
            for (const event of ['data', 'end']) child.stdout.on(event, () => check(event));
            child.on('error', reject);
            child.on('close', () => resolve());
          }),
      );
    },
  },
  {
    name: 'A for await loop over the output of a child process keeps its frame',
    needs: ['node:child_process'],
    async run(implementation) {
      const { spawn } = await import('node:child_process');
      await assertFlowsKeepFrame(implementation, async (check) => {
        const child = spawn(process.execPath, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
        for await (const _ of child.stdout) check('in the loop');
        check('after the loop');
      });
    },
  },
  {
    name: 'The error listener of a child process that cannot be spawned runs in the frame of the spawn() call',
    needs: ['node:child_process'],
    async run(implementation) {
      const { spawn } = await import('node:child_process');
      await assertFlowsKeepFrame(
        implementation,
        (check) =>
          new Promise<void>((resolve) => {
            spawn('throughline-no-such-program').on('error', () => {
              check('error');
              resolve();
            });
          }),
      );
    },
  },
  {
    name: 'The message listener of a forked process runs in the frame of the fork() call, and a send() callback in the frame of the send() call',
    needs: ['node:child_process', 'node:fs', 'node:os'],
    async run({ AsyncLocalStorage }) {
      const { fork } = await import('node:child_process');
      const fs = await import('node:fs');
      const { tmpdir } = await import('node:os');
      const storage = new AsyncLocalStorage<string>();
      const folder = fs.mkdtempSync(`${tmpdir()}/throughline-`);
      try {
        fs.writeFileSync(`${folder}/child.mjs`, "process.once('message', (text) => process.send(text));");
        const child = storage.run('fork', () => fork(`${folder}/child.mjs`, { stdio: 'ignore' }));
        const ended = new Promise((resolve) => child.on('exit', resolve));
        try {
          const seen = await Promise.all([
            new Promise((resolve, reject) => {
              child.on('error', reject);
              child.on('message', () => resolve(storage.getStore()));
            }),
            new Promise((resolve) => storage.run('send', () => child.send('text', () => resolve(storage.getStore())))),
          ]);
          equal(seen, ['fork', 'send']);
        } finally {
          child.kill('SIGKILL');
          await ended;
        }
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];

const threadCases: readonly Case[] = [
  {
    name: 'A worker starts in the root, and its flows keep their own values',
    needs: ['node:worker_threads'],
    async run(implementation) {
      const storage = new implementation.AsyncLocalStorage<string>();
      const code = `
        const { parentPort, workerData } = require('node:worker_threads');
        import(workerData).then(async ({ AsyncLocalStorage }) => {
          const storage = new AsyncLocalStorage();
          const seen = [storage.getStore()];
          const flow = async (value) => {
            await new Promise((resolve) => setTimeout(resolve, 1));
            seen.push(value === storage.getStore());
          };
          await Promise.all([storage.run('x', flow, 'x'), storage.run('y', flow, 'y'), flow(undefined)]);
          await new Promise((resolve) => {
            parentPort.once('message', () => resolve(seen.push(storage.getStore())));
            storage.run('sender', () => parentPort.postMessage('request'));
          });
          parentPort.postMessage(seen);
        });`;
      const workerData = await specifierOf(implementation);
      const start = () =>
        runInWorker(code, workerData, (message, reply) => (message === 'request' ? reply() : message));
      const seen = await Promise.all([storage.run('a', start), storage.run('b', start)]);
      for (const values of seen) equal(values, [undefined, true, true, true, undefined]);
    },
  },
  {
    name: 'The listeners of a worker run in the frame in which it was created',
    needs: ['node:worker_threads'],
    async run({ AsyncLocalStorage }) {
      const { Worker } = await import('node:worker_threads');
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      const worker = storage.run('creator', () => new Worker(echoOnce, { eval: true }));
      await new Promise<void>((resolve, reject) => {
        storage.run('listener', () => {
          for (const event of ['online', 'message', 'exit']) {
            worker.on(event, () => seen.push(`${event} in ${storage.getStore()}`));
          }
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve());
        storage.run('poster', () => worker.postMessage('text'));
      });
      equal(seen.sort(), ['exit in creator', 'message in creator', 'online in creator']);
    },
  },
  {
    name: 'Awaiting terminate() of a worker keeps the frame',
    needs: ['node:worker_threads'],
    async run(implementation) {
      const { Worker } = await import('node:worker_threads');
      await assertFlowsKeepFrame(implementation, async (check) => {
        const worker = new Worker(echoOnce, { eval: true });
        await worker.terminate();
        check('after terminate');
      });
    },
  },
];

const portCases: readonly Case[] = [
  {
    name: 'The message listener of a MessagePort runs in the frame in which its channel was created',
    // In a page the listener runs in the root: the case "The message listeners of a MessagePort, ..." covers it.
    needs: ['node:worker_threads', 'MessageChannel'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const { port1, port2 } = storage.run('creator', () => new MessageChannel());
      try {
        const seen = await new Promise((resolve) => {
          storage.run('listener', () => {
            port2.onmessage = () => resolve(storage.getStore());
          });
          storage.run('poster', () => port1.postMessage('text'));
        });
        equal(seen, 'creator');
      } finally {
        port1.close();
        port2.close();
      }
    },
  },
  {
    name: 'The message listener of a MessagePort whose channel was created in the root runs in the root',
    needs: ['MessageChannel'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const { port1, port2 } = new MessageChannel();
      try {
        const seen = await new Promise((resolve) => {
          storage.run('listener', () => {
            port2.onmessage = () => setTimeout(() => resolve(storage.getStore()), 0);
          });
          storage.run('poster', () => port1.postMessage('text'));
        });
        equal(seen, undefined);
      } finally {
        port1.close();
        port2.close();
      }
    },
  },
  {
    name: 'The message listener of a MessagePort that was received in a message runs in the root',
    needs: ['MessageChannel'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const outer = new MessageChannel();
      const inner = storage.run('creator', () => new MessageChannel());
      try {
        const seen = await new Promise((resolve) => {
          outer.port2.onmessage = ({ data }: { data: MessagePort }) => {
            data.onmessage = () => {
              resolve(storage.getStore());
              data.close();
            };
          };
          storage.run('poster', () => {
            outer.port1.postMessage(inner.port1, [inner.port1]);
            inner.port2.postMessage('text');
          });
        });
        equal(seen, undefined);
      } finally {
        inner.port2.close();
        outer.port1.close();
        outer.port2.close();
      }
    },
  },
  {
    name: 'The message listener of a BroadcastChannel runs in the frame in which the channel was created',
    // In a page the listener runs in the root: the case "The message listeners of a MessagePort, ..." covers it.
    needs: ['node:worker_threads', 'BroadcastChannel'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const receiver = storage.run('creator', () => new BroadcastChannel('throughline'));
      const sender = storage.run('other', () => new BroadcastChannel('throughline'));
      try {
        const seen = await new Promise((resolve) => {
          storage.run('listener', () => {
            receiver.onmessage = () => resolve(storage.getStore());
          });
          storage.run('poster', () => sender.postMessage('text'));
        });
        equal(seen, 'creator');
      } finally {
        receiver.close();
        sender.close();
      }
    },
  },
];

export const processesAndThreads: Chapter = {
  title: 'Rule 3: processes and threads',
  cases: [...casesRequiring(childProcesses, processCases), ...casesRequiring(workerThreads, threadCases), ...portCases],
};

const echoOnce = `
  const { parentPort } = require('node:worker_threads');
  parentPort.once('message', (message) => parentPort.postMessage(message));`;

/** Returns the specifier with which a worker imports the same implementation. */
async function specifierOf({ AsyncLocalStorage }: Pick<Implementation, 'AsyncLocalStorage'>): Promise<string> {
  const throughline = await import('throughline');
  if (AsyncLocalStorage === throughline.AsyncLocalStorage) return import.meta.resolve('throughline');
  const native: { AsyncLocalStorage: unknown } = await import('node:async_hooks');
  if (AsyncLocalStorage === native.AsyncLocalStorage) return 'node:async_hooks';
  throw new Error('a worker cannot import this implementation');
}

/**
 * Runs `code` in a worker until a message provides a result.
 * @param resultOf is called with each message; returns the result, or undefined after it has called `reply` or to wait
 *   for another message
 */
async function runInWorker(
  code: string,
  workerData: string,
  resultOf: (message: unknown, reply: () => void) => unknown,
): Promise<unknown> {
  const { Worker } = await import('node:worker_threads');
  const worker = new Worker(code, { eval: true, workerData });
  try {
    return await new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message) => {
        const result = resultOf(message, () => worker.postMessage('reply'));
        if (result !== undefined) resolve(result);
      });
    });
  } finally {
    await worker.terminate();
  }
}
