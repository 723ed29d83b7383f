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
  name: 'inspector sessions',
  async attempt() {
    const { Session } = await import('node:inspector');
    const session = new Session();
    session.connect();
    session.disconnect();
  },
};
