/**
 * The cases about resources that flows share: pools, caches, queues, batches, and one socket or one worker for all
 * flows. With each of them, the work of one flow continues because of a call of another flow. So each is a seam where a
 * flow could find the value of another.
 */

import { equal } from '../assert.js';
import type { Case, Chapter } from '../case.js';
import { assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, listeningSockets, workerThreads } from '../features.js';
import { whileListening } from '../loopback/while-listening.js';

const inProcessCases: readonly Case[] = [
  {
    name: 'A flow that waits for a resource of a pool continues in its own frame when another flow releases the resource',
    async run(implementation) {
      const waiters: (() => void)[] = [];
      let free = 1;
      const acquire = () =>
        new Promise<void>((resolve) => {
          if (free === 0) waiters.push(resolve);
          else {
            free--;
            resolve();
          }
        });
      const release = () => {
        const next = waiters.shift();
        if (next === undefined) free++;
        else next();
      };
      await assertFlowsKeepFrame(implementation, async (check) => {
        for (let round = 0; round < 3; round++) {
          await acquire();
          check(`round ${round}`);
          await new Promise((resolve) => setTimeout(resolve, 0));
          release();
          check('after release');
        }
      });
    },
  },
  {
    name: 'A bound callback in a queue runs in its own frame when another flow calls it',
    async run(implementation) {
      const { AsyncLocalStorage } = implementation;
      const waiters: (() => void)[] = [];
      const flows = assertFlowsKeepFrame(
        implementation,
        (check) =>
          new Promise<void>((resolve) => {
            waiters.push(
              AsyncLocalStorage.bind(() => {
                check('called');
                setTimeout(() => {
                  check('in a timer of the callback');
                  resolve();
                }, 0);
              }),
            );
          }),
      );
      const storage = new AsyncLocalStorage<string>();
      storage.run('caller', () => {
        setTimeout(() => {
          for (const waiter of waiters.reverse()) waiter();
        }, 0);
      });
      await flows;
    },
  },
  {
    name: 'A callback registered once runs in the frame of each flow that calls it',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const callback = storage.run('registrar', () => async () => {
        const atStart = storage.getStore();
        await new Promise((resolve) => setTimeout(resolve, 0));
        return `${atStart} and ${storage.getStore()}`;
      });
      const call = async () => {
        await Promise.resolve();
        return callback();
      };
      const seen = await Promise.all([storage.run('a', call), storage.run('b', call), call()]);
      equal(seen, ['a and a', 'b and b', 'undefined and undefined']);
    },
  },
  {
    name: 'Awaiting a promise cached by another flow keeps the frame',
    async run(implementation) {
      let cached: Promise<string> | undefined;
      const load = () => {
        cached ??= new Promise((resolve) => setTimeout(resolve, 1, 'text'));
        return cached;
      };
      await assertFlowsKeepFrame(implementation, async (check) => {
        await load();
        check('while it loads');
        await load();
        check('after it has loaded');
        await load().then(() => check('in then()'));
      });
    },
  },
  {
    name: 'Flows that share a batched request continue in their own frames, and the batch runs in the frame of the first flow',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const batches: string[] = [];
      let pending: { key: string; resolve: (result: string) => void }[] = [];
      const load = (key: string) =>
        new Promise<string>((resolve) => {
          if (pending.length === 0) {
            queueMicrotask(() =>
              setTimeout(() => {
                const batch = pending;
                pending = [];
                batches.push(`${batch.map((item) => item.key)} in ${storage.getStore()}`);
                for (const { key, resolve } of batch) resolve(`result of ${key}`);
              }, 0),
            );
          }
          pending.push({ key, resolve });
        });
      const flow = async (key: string) => `${await load(key)} in ${storage.getStore()}`;
      const results = await Promise.all([storage.run('a', flow, '1'), storage.run('b', flow, '2'), flow('3')]);
      equal(results, ['result of 1 in a', 'result of 2 in b', 'result of 3 in undefined']);
      equal(batches, ['1,2,3 in a'], 'the batch, scheduled by the first flow');
    },
  },
  {
    name: 'A debounced timer shared by flows runs in the frame of the last call that set it',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = await new Promise((resolve) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const debounce = () => {
          clearTimeout(timer);
          timer = setTimeout(() => resolve(storage.getStore()), 1);
        };
        for (const value of ['a', 'b', 'c']) storage.run(value, debounce);
      });
      equal(seen, 'c');
    },
  },
  {
    name: 'Work started in the root finds no value between the steps of flows',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<number>();
      const seen = new Set<unknown>();
      const step = async (value: number | undefined) => {
        for (let count = 0; count < 10; count++) {
          if (count % 2 === 0) await Promise.resolve();
          else await new Promise((resolve) => setTimeout(resolve, 0));
          seen.add(storage.getStore() === value);
        }
      };
      await Promise.all(
        Array.from({ length: 30 }, (_, value) => (value % 3 === 0 ? step(undefined) : storage.run(value, step, value))),
      );
      equal([...seen], [true]);
    },
  },
  {
    name: 'Code after an await of a plain value finds the value of the same flow or none',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<number>();
      const wrong = new Set<unknown>();
      const step = async (value: number | undefined) => {
        for (let count = 0; count < 10; count++) {
          await (count % 3 === 0 ? Promise.resolve() : count);
          const seen = storage.getStore();
          if (seen !== value && seen !== undefined) wrong.add(`${seen} in ${value}`);
        }
      };
      await Promise.all(
        Array.from({ length: 30 }, (_, value) => (value % 3 === 0 ? step(undefined) : storage.run(value, step, value))),
      );
      equal([...wrong], []);
    },
  },
  {
    name: 'Flows that await events of a shared emitter continue in their own frames',
    needs: ['node:events'],
    async run(implementation) {
      const { EventEmitter, once } = await import('node:events');
      const emitter = new EventEmitter();
      let tickets = 0;
      // The event of each flow is emitted in the frame of the flow with the next ticket.
      const emitPrevious = (ticket: number) => setTimeout(() => emitter.emit(`${ticket - 1}`), 0);
      const flows = assertFlowsKeepFrame(implementation, async (check) => {
        const ticket = tickets++;
        const event = once(emitter, `${ticket}`);
        emitPrevious(ticket);
        await event;
        check('after the event');
      });
      emitPrevious(tickets);
      await flows;
    },
  },
];

const socketCases: readonly Case[] = [
  {
    name: 'Flows that share a socket continue in their own frames',
    needs: ['node:net', 'node:readline'],
    async run(implementation) {
      const net = await import('node:net');
      const readline = await import('node:readline');
      const server = net.createServer((socket) => {
        // Replies to three requests at a time, in reverse order.
        const lines: string[] = [];
        readline.createInterface({ input: socket }).on('line', (line) => {
          lines.unshift(line);
          if (lines.length === 3) socket.write(`${lines.splice(0).join('\n')}\n`);
        });
      });
      await whileListening(server, async (port) => {
        const socket = net.connect(port, '127.0.0.1');
        try {
          const waiting = new Map<string, () => void>();
          readline.createInterface({ input: socket }).on('line', (line) => waiting.get(line)?.());
          let requests = 0;
          const request = () => {
            const id = String(requests++);
            return new Promise<void>((resolve, reject) => {
              waiting.set(id, resolve);
              socket.on('error', reject);
              socket.write(`${id}\n`);
            });
          };
          await assertFlowsKeepFrame(implementation, async (check) => {
            for (let round = 0; round < 3; round++) {
              await request();
              check(`round ${round}`);
            }
          });
        } finally {
          socket.destroy();
        }
      });
    },
  },
];

const threadCases: readonly Case[] = [
  {
    name: 'Flows that share a worker continue in their own frames',
    needs: ['node:worker_threads'],
    async run(implementation) {
      const { Worker } = await import('node:worker_threads');
      const code = `
        const { parentPort } = require('node:worker_threads');
        const tasks = [];
        parentPort.on('message', (task) => {
          tasks.unshift(task);
          if (tasks.length === 3) for (const done of tasks.splice(0)) parentPort.postMessage(done);
        });`;
      const worker = new Worker(code, { eval: true });
      try {
        const waiting = new Map<number, () => void>();
        worker.on('message', (task) => waiting.get(task)?.());
        let tasks = 0;
        await assertFlowsKeepFrame(implementation, async (check) => {
          for (let round = 0; round < 3; round++) {
            const task = tasks++;
            await new Promise<void>((resolve, reject) => {
              worker.on('error', reject);
              waiting.set(task, resolve);
              worker.postMessage(task);
            });
            check(`round ${round}`);
          }
        });
      } finally {
        await worker.terminate();
      }
    },
  },
];

export const sharedResources: Chapter = {
  title: 'Rule 7: never another flow’s value',
  cases: [
    ...inProcessCases,
    ...casesRequiring(listeningSockets, socketCases),
    ...casesRequiring(workerThreads, threadCases),
  ],
};
