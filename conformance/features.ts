/**
 * Features that a runtime may lack although it has the module for them. workerd has all modules of Node, for example,
 * and many of their functions only throw. So each feature is probed once, by using it, and the cases that require it
 * are absent where the probe fails.
 *
 * A missing module or global needs no probe: a case names it in `needs`.
 */
import type { Case } from './case.js';

export interface Feature {
  /** Completes the sentence "The runtime has no …". */
  readonly name: string;
  /** Uses the feature. Throws or rejects if the runtime does not have it. */
  probe(): unknown;
}

/** Thrown by a case that does not apply, because the runtime or the implementation lacks a feature that it requires. */
export class AbsentFeatureError extends Error {}

const probes = new Map<Feature, Promise<boolean>>();

function isAvailable(feature: Feature): Promise<boolean> {
  let probe = probes.get(feature);
  if (probe === undefined) {
    probe = (async () => feature.probe())().then(
      () => true,
      () => false,
    );
    probes.set(feature, probe);
  }
  return probe;
}

/** Returns the cases, each of which throws `AbsentFeatureError` where the feature is not available. */
export function casesRequiring(feature: Feature, cases: readonly Case[]): Case[] {
  return cases.map((item) => ({
    ...item,
    async run(implementation) {
      if (!(await isAvailable(feature))) throw new AbsentFeatureError(`no ${feature.name}`);
      await item.run(implementation);
    },
  }));
}

/** A member of a global object, such as `Array.fromAsync`. */
export function globalMember(path: string): Feature {
  return {
    name: path,
    probe() {
      let owner: unknown = globalThis;
      for (const key of path.split('.')) {
        if (Object(owner) !== owner || !(key in (owner as object))) throw new Error(`no ${key}`);
        // A prototype is not an instance, so the last member is not read: it can be an accessor.
        if (!path.endsWith(`.${key}`)) owner = Reflect.get(owner as object, key);
      }
    },
  };
}

/** Syntax that a runtime may not parse, in a function that is called with `args`. */
export function syntax(name: string, text: string): Feature {
  return { name, probe: () => new Function(text) };
}

export const dataModules: Feature = {
  name: 'modules with a data: URL',
  probe: () => import(/* @vite-ignore */ dataModule('')),
};

/** Returns the URL of a module with this text. */
export function dataModule(text: string, type = 'text/javascript'): string {
  return `data:${type},${encodeURIComponent(text)}`;
}

export const listeningSockets: Feature = {
  name: 'listening sockets',
  async probe() {
    const net = await import('node:net');
    const server = net.createServer((socket) => socket.end());
    try {
      await new Promise<void>((resolve, reject) => {
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (address === null || typeof address === 'string') return reject(new Error('the server has no port'));
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
  async probe() {
    const { watch } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    watch(tmpdir(), () => {}).close();
  },
};

export const processSignals: Feature = {
  name: 'signals',
  async probe() {
    const process = (await import('node:process')).default;
    process.kill(process.pid, 0);
  },
};

export const childProcesses: Feature = {
  name: 'processes',
  async probe() {
    const { execFile } = await import('node:child_process');
    await new Promise<void>((resolve, reject) => {
      execFile(process.execPath, ['--version'], (error) => (error ? reject(error) : resolve()));
    });
  },
};

export const workerThreads: Feature = {
  name: 'threads',
  async probe() {
    const { Worker } = await import('node:worker_threads');
    await new Promise((resolve, reject) => {
      new Worker('', { eval: true }).on('error', reject).on('exit', resolve);
    });
  },
};

export const vmContexts: Feature = {
  name: 'vm contexts',
  async probe() {
    (await import('node:vm')).runInNewContext('1');
  },
};

export const inspector: Feature = {
  name: 'inspector session for the same process',
  async probe() {
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
  async probe() {
    const { performance, PerformanceObserver } = await import('node:perf_hooks');
    const observer = new PerformanceObserver(() => {});
    observer.observe({ entryTypes: ['mark'] });
    performance.mark('throughline');
    const records = observer.takeRecords();
    observer.disconnect();
    performance.clearMarks('throughline');
    // Node notifies all observers in one immediate, in the frame of the first entry. Wait for it here, so that the
    // frame of this entry is not used for the entries of a case.
    const { setImmediate } = await import('node:timers');
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (records.length === 0) throw new Error('the observer has received no entry');
  },
};

export const promiseHooks: Feature = {
  name: 'promise hooks',
  async probe() {
    const stop: unknown = (await import('node:v8')).promiseHooks.onInit(() => {});
    if (typeof stop === 'function') stop();
    else throw new Error('the hook cannot be removed');
  },
};

export const iterableWebStreams: Feature = {
  name: 'async iteration of web streams',
  probe() {
    if (!(Symbol.asyncIterator in ReadableStream.prototype))
      throw new Error('ReadableStream has no Symbol.asyncIterator');
  },
};

export const streamsFromIterables: Feature = {
  name: 'ReadableStream.from()',
  probe() {
    if (!('from' in ReadableStream)) throw new Error('ReadableStream has no from()');
  },
};

export const byteStreams: Feature = {
  name: 'streams of bytes',
  probe() {
    new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' });
  },
};

export const transferableStreams: Feature = {
  name: 'transferable streams',
  probe() {
    const stream = new ReadableStream();
    structuredClone(stream, { transfer: [stream] });
  },
};

export const cancelableTransformers: Feature = {
  name: 'cancel() method of transformers',
  async probe() {
    await new Promise<void>((resolve, reject) => {
      const transformer: Transformer & { cancel(): void } = { cancel: resolve };
      void new TransformStream(transformer).readable.cancel().then(() => reject(new Error('it is not called')));
    });
  },
};
