/**
 * The columns of the table: each runtime, each browser, and Node with the portable engine, with the implementations that
 * each runs the cases on.
 */
import { type BrowserName, openBrowser, startPageServer } from '@throughline/testing/browsers';
import type { Result } from '../hosts/run-cases.js';
import { runInBrowser } from '../hosts/run-in-browser.js';
import { runInPortable } from '../hosts/run-in-portable-engine.js';
import { launch } from '../hosts/run-in-runtime.js';
import { type ImplementationName, modes, peers, serverImplementations } from '../implementations.js';
import { install, type Runtime, runtimes } from '../runtimes/runtimes.js';

export interface Column {
  readonly title: string;
  /** The part of the page that it stands in. */
  readonly part: 'servers' | 'browsers';
  /** Makes ready what it runs on. */
  start(): Promise<Started>;
}

export interface Started {
  readonly version: string;
  readonly runs: readonly Run[];
  /** Ends what it has started. */
  close(): Promise<void>;
}

/** All cases on one implementation. */
export interface Run {
  readonly implementation: ImplementationName;
  results(): Promise<readonly Result[]>;
}

const runtimeColumn = (runtime: Runtime): Column => ({
  title: runtime.title,
  part: 'servers',
  async start() {
    const binary = await install(runtime);
    const runs = serverImplementations.map((implementation) => ({
      implementation,
      results: () => launch(runtime, binary, implementation),
    }));
    return { version: runtime.version, runs, async close() {} };
  },
});

const browserColumn = (name: BrowserName, title: string): Column => ({
  title,
  part: 'browsers',
  async start() {
    const browser = await openBrowser(name, { installed: true });
    const server = await startPageServer();
    const runs = [...modes, ...peers].map((implementation) => ({
      implementation,
      async results() {
        const results: Result[] = [];
        for await (const result of runInBrowser(browser, server, implementation)) results.push(result);
        return results;
      },
    }));
    return {
      version: browser.version,
      runs,
      async close() {
        await browser.close();
        await server.close();
      },
    };
  },
});

const portableColumn = (runtime: Runtime): Column => ({
  title: `${runtime.title}, portable engine`,
  part: 'browsers',
  async start() {
    const command = [await install(runtime), ...runtime.flags] as const;
    const runs = modes.map((implementation) => ({
      implementation,
      results: () => runInPortable(command, implementation),
    }));
    return { version: runtime.version, runs, async close() {} };
  },
});

export const columns: Readonly<Record<string, Column>> = {
  ...Object.fromEntries(Object.entries(runtimes).map(([key, runtime]) => [key, runtimeColumn(runtime)])),
  chromium: browserColumn('chromium', 'Chromium'),
  firefox: browserColumn('firefox', 'Firefox'),
  webkit: browserColumn('webkit', 'WebKit'),
  portable: portableColumn(runtimes.node26),
};
