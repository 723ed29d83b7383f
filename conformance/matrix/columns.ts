/**
 * The columns of the conformance tables: each runtime, each browser, Node with the portable engine, and engines without a
 * runtime around them, each with the implementations that run the cases in it.
 */
import { type BrowserName, openBrowser, startPageServer } from '@throughline/testing/browsers';
import { type Engine, type EngineName, engines } from '../engines/engines.js';
import type { CaseResult } from '../hosts/run-cases.js';
import { runInBrowser } from '../hosts/run-in-browser.js';
import { runInEngine } from '../hosts/run-in-engine.js';
import { runInPortableEngine } from '../hosts/run-in-portable-engine.js';
import { runInRuntime } from '../hosts/run-in-runtime.js';
import {
  engineModes,
  type ImplementationName,
  peers,
  portableModes,
  registered,
  type ServerImplementation,
  serverImplementations,
} from '../implementations.js';
import { installRuntime } from '../runtimes/install-runtime.js';
import { type Runtime, runtimes } from '../runtimes/runtimes.js';

/** The section of the page that contains the column. */
export type Section = 'servers' | 'browsers' | 'engines';

export interface Column {
  readonly title: string;
  readonly section: Section;
  /** Prepares the runtime or the browser. */
  start(): Promise<StartedColumn>;
}

export interface StartedColumn {
  /** The version of the runtime or the browser. */
  readonly version: string;
  readonly runs: readonly ImplementationRun[];
  /** Ends every process that was started. */
  close(): Promise<void>;
}

/** A run of all cases on one implementation. */
export interface ImplementationRun {
  readonly implementation: ImplementationName;
  /** Runs the cases and returns their results. */
  execute(): Promise<readonly CaseResult[]>;
}

const runtimeColumn = (runtime: Runtime): Column => ({
  title: runtime.title,
  section: 'servers',
  async start() {
    const binary = await installRuntime(runtime);
    const implementations: ServerImplementation[] = [...serverImplementations];
    if (runtime.package !== 'workerd') implementations.push(registered);
    const runs = implementations.map((implementation) => ({
      implementation,
      execute: () => runInRuntime(runtime, binary, implementation),
    }));
    return { version: runtime.version, runs, async close() {} };
  },
});

const browserColumn = (name: BrowserName, title: string): Column => ({
  title,
  section: 'browsers',
  async start() {
    const browser = await openBrowser(name, { usesInstalled: true });
    const server = await startPageServer();
    const runs = [...portableModes, ...peers].map((implementation) => ({
      implementation,
      async execute() {
        const results: CaseResult[] = [];
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
  section: 'browsers',
  async start() {
    const command = [await installRuntime(runtime), ...runtime.flags] as const;
    const runs = portableModes.map((implementation) => ({
      implementation,
      execute: () => runInPortableEngine(command, implementation),
    }));
    return { version: runtime.version, runs, async close() {} };
  },
});

const engineColumn = (name: EngineName, engine: Engine): Column => ({
  title: engine.title,
  section: 'engines',
  async start() {
    await engine.install();
    const runs = engineModes.map((implementation) => ({
      implementation,
      execute: () => runInEngine(name, implementation),
    }));
    return { version: await engine.readVersion(), runs, async close() {} };
  },
});

export const columns: Readonly<Record<string, Column>> = {
  ...Object.fromEntries(Object.entries(runtimes).map(([key, runtime]) => [key, runtimeColumn(runtime)])),
  chromium: browserColumn('chromium', 'Chromium'),
  firefox: browserColumn('firefox', 'Firefox'),
  webkit: browserColumn('webkit', 'WebKit'),
  portable: portableColumn(runtimes.node26),
  ...Object.fromEntries(Object.entries(engines).map(([key, engine]) => [key, engineColumn(key as EngineName, engine)])),
};
