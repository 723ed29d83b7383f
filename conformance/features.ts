/**
 * What a runtime may have a module for and not have all the same: workerd has all of Node's modules, and many of them
 * only throw. Such a feature is tried, once, and its cases are left out where it is missing.
 */
import type { Case } from './case.js';

export interface Feature {
  readonly name: string;
  /** Uses the feature, and throws or rejects where it is not there. */
  attempt(): unknown;
}

/** Thrown by a case that says nothing of the implementation, because its runtime lacks something. */
export class Absent extends Error {}

const attempts = new Map<Feature, Promise<boolean>>();

function isThere(feature: Feature): Promise<boolean> {
  let attempt = attempts.get(feature);
  if (attempt === undefined) {
    attempt = (async () => feature.attempt())().then(
      () => true,
      () => false,
    );
    attempts.set(feature, attempt);
  }
  return attempt;
}

/** The cases, each of which is absent where the feature is missing. */
export function needing(feature: Feature, cases: readonly Case[]): Case[] {
  return cases.map((item) => ({
    ...item,
    async run(implementation) {
      if (!(await isThere(feature))) throw new Absent(`no ${feature.name}`);
      await item.run(implementation);
    },
  }));
}

export const listeningSockets: Feature = {
  name: 'sockets that listen',
  async attempt() {
    const net = await import('node:net');
    const server = net.createServer((socket) => socket.end());
    try {
      await new Promise<void>((resolve, reject) => {
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (address === null || typeof address === 'string') return reject(new Error('The server has no port'));
          net.connect(address.port, '127.0.0.1').on('error', reject).on('close', resolve).resume();
        });
      });
    } finally {
      server.close();
    }
  },
};

export const fileWatchers: Feature = {
  name: 'file watchers',
  async attempt() {
    const { watch } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    watch(tmpdir(), () => {}).close();
  },
};

export const signals: Feature = {
  name: 'signals',
  async attempt() {
    const process = (await import('node:process')).default;
    process.kill(process.pid, 0);
  },
};

export const processes: Feature = {
  name: 'processes',
  async attempt() {
    const { execFile } = await import('node:child_process');
    await new Promise<void>((resolve, reject) => {
      execFile(process.execPath, ['--version'], (error) => (error ? reject(error) : resolve()));
    });
  },
};

export const threads: Feature = {
  name: 'threads',
  async attempt() {
    const { Worker } = await import('node:worker_threads');
    await new Promise((resolve, reject) => {
      new Worker('', { eval: true }).on('error', reject).on('exit', resolve);
    });
  },
};

export const realms: Feature = {
  name: 'vm contexts',
  async attempt() {
    (await import('node:vm')).runInNewContext('1');
  },
};

export const inspector: Feature = {
  name: 'inspector of its own process',
  async attempt() {
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    try {
      await new Promise<void>((resolve, reject) => {
        session.post('Debugger.enable', (error) => (error ? reject(error) : resolve()));
      });
    } finally {
      session.disconnect();
    }
  },
};

export const performanceObservers: Feature = {
  name: 'performance observers',
  async attempt() {
    const { performance, PerformanceObserver } = await import('node:perf_hooks');
    const observer = new PerformanceObserver(() => {});
    observer.observe({ entryTypes: ['mark'] });
    performance.mark('throughline');
    const records = observer.takeRecords();
    observer.disconnect();
    performance.clearMarks('throughline');
    // Node tells all observers in one immediate, of which this entry was the cause.
    const { setImmediate } = await import('node:timers');
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (records.length === 0) throw new Error('The observer was told of nothing');
  },
};

export const promiseHooks: Feature = {
  name: 'promise hooks',
  async attempt() {
    const stop: unknown = (await import('node:v8')).promiseHooks.onInit(() => {});
    if (typeof stop === 'function') stop();
    else throw new Error('The hook cannot be taken away');
  },
};

export const iterableStreams: Feature = {
  name: 'loops over web streams',
  attempt() {
    if (!(Symbol.asyncIterator in ReadableStream.prototype)) throw new Error('A web stream is not iterable');
  },
};
