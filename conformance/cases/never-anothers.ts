/**
 * What programs share between flows: pools, caches, queues, one socket or one worker for everybody. Each of these goes on
 * with the work of one flow because of what another has done, and that is where values get mixed up.
 */
import type { Case, Chapter } from '../case.js';
import { equal } from '../expect.js';
import { listeningSockets, needing, threads } from '../features.js';
import { eachFlow } from '../flows.js';
import { whileListening } from '../loopback/while-listening.js';

const everywhere: readonly Case[] = [
  {
    name: 'a flow that waits for a place in a pool has its own frame when another flow gives one back',
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
      await eachFlow(implementation, async (look) => {
        for (let round = 0; round < 3; round++) {
          await acquire();
          look(`round ${round}`);
          await new Promise((resolve) => setTimeout(resolve, 0));
          release();
          look('after release');
        }
      });
    },
  },
  {
    name: 'a bound callback that waits in a queue has its own frame when another flow calls it',
    async run(implementation) {
      const { AsyncLocalStorage } = implementation;
      const waiters: (() => void)[] = [];
      const flows = eachFlow(
        implementation,
        (look) =>
          new Promise<void>((resolve) => {
            waiters.push(
              AsyncLocalStorage.bind(() => {
                look('called');
                setTimeout(() => {
                  look('after it');
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
    name: 'a callback that was registered once runs in the frame of each flow that calls it',
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
    name: 'a promise that one flow has cached leaves every flow that awaits it its own frame',
    async run(implementation) {
      let cached: Promise<string> | undefined;
      const load = () => {
        cached ??= new Promise((resolve) => setTimeout(resolve, 1, 'text'));
        return cached;
      };
      await eachFlow(implementation, async (look) => {
        await load();
        look('while it was loading');
        await load();
        look('when it was there');
        await load().then(() => look('in then()'));
      });
    },
  },
  {
    name: 'a batch of what several flows ask for gives each its answer in its own frame',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const batches: string[] = [];
      let asked: { key: string; resolve: (answer: string) => void }[] = [];
      const load = (key: string) =>
        new Promise<string>((resolve) => {
          if (asked.length === 0) {
            queueMicrotask(() =>
              setTimeout(() => {
                const batch = asked;
                asked = [];
                batches.push(`${batch.map((item) => item.key)} in ${storage.getStore()}`);
                for (const { key, resolve } of batch) resolve(`answer to ${key}`);
              }, 0),
            );
          }
          asked.push({ key, resolve });
        });
      const flow = async (key: string) => `${await load(key)} in ${storage.getStore()}`;
      const answers = await Promise.all([storage.run('a', flow, '1'), storage.run('b', flow, '2'), flow('3')]);
      equal(answers, ['answer to 1 in a', 'answer to 2 in b', 'answer to 3 in undefined']);
      equal(batches, ['1,2,3 in a'], 'the batch, which the first flow has scheduled');
    },
  },
  {
    name: 'a timer that several flows put off runs in the frame of the call that set it last',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen = await new Promise((resolve) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const soon = () => {
          clearTimeout(timer);
          timer = setTimeout(() => resolve(storage.getStore()), 1);
        };
        for (const value of ['a', 'b', 'c']) storage.run(value, soon);
      });
      equal(seen, 'c');
    },
  },
  {
    name: 'work of no flow that runs between the steps of flows finds nothing',
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
    name: 'code after an await of a plain value finds the value of its own flow or none',
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
    name: 'flows that wait for events of one shared emitter each have their own frame',
    needs: ['node:events'],
    async run(implementation) {
      const { EventEmitter, once } = await import('node:events');
      const emitter = new EventEmitter();
      let tickets = 0;
      // Each flow's event is emitted in the frame of the flow that asked after it.
      const ask = (ticket: number) => setTimeout(() => emitter.emit(`${ticket - 1}`), 0);
      const flows = eachFlow(implementation, async (look) => {
        const ticket = tickets++;
        const answer = once(emitter, `${ticket}`);
        ask(ticket);
        await answer;
        look('after the event');
      });
      ask(tickets);
      await flows;
    },
  },
];

const overSockets: readonly Case[] = [
  {
    name: 'flows that share one socket each get their answer in their own frame',
    needs: ['node:net', 'node:readline'],
    async run(implementation) {
      const net = await import('node:net');
      const readline = await import('node:readline');
      const server = net.createServer((socket) => {
        // Answers come in the reverse order of the questions.
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
          let questions = 0;
          const ask = () => {
            const question = String(questions++);
            return new Promise<void>((resolve, reject) => {
              waiting.set(question, resolve);
              socket.on('error', reject);
              socket.write(`${question}\n`);
            });
          };
          await eachFlow(implementation, async (look) => {
            for (let round = 0; round < 3; round++) {
              await ask();
              look(`round ${round}`);
            }
          });
        } finally {
          socket.destroy();
        }
      });
    },
  },
];

const overThreads: readonly Case[] = [
  {
    name: 'flows that share one worker each get their answer in their own frame',
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
        await eachFlow(implementation, async (look) => {
          for (let round = 0; round < 3; round++) {
            const task = tasks++;
            await new Promise<void>((resolve, reject) => {
              worker.on('error', reject);
              waiting.set(task, resolve);
              worker.postMessage(task);
            });
            look(`round ${round}`);
          }
        });
      } finally {
        await worker.terminate();
      }
    },
  },
];

export const neverAnothers: Chapter = {
  title: 'Rule 7: never another’s',
  cases: [...everywhere, ...needing(listeningSockets, overSockets), ...needing(threads, overThreads)],
};
