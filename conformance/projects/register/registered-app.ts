/**
 * The types of applications that run with `throughline/register` and an agent. A way is one combination of a version of
 * Node, an agent, a format and an order in which an application is started.
 */
import type { ProjectFolder } from '../project.js';

/** An agent that is loaded in front of the application, to trace it. */
export const AGENTS = ['none', 'OpenTelemetry', 'Sentry', 'Datadog', 'New Relic'] as const;

export type Agent = (typeof AGENTS)[number];

/** How the agent and `throughline/register` are loaded: the program is an ES module with the first, CommonJS with the second. */
export const FORMATS = ['--import', '-r'] as const;

export type Format = (typeof FORMATS)[number];

/** Whether `throughline/register` is loaded, and whether the agent is loaded in front of it or behind. */
export const ORDERS = ['without register', 'register first', 'register last'] as const;

export type Order = (typeof ORDERS)[number];

export const NODES = ['node20', 'node22', 'node26'] as const;

export type NodeName = (typeof NODES)[number];

/** One way to start an application. */
export interface Way {
  readonly node: NodeName;
  readonly agent: Agent;
  readonly format: Format;
  readonly order: Order;
}

/** What the code of the application must read, in one of its parts. */
export interface Part {
  readonly name: string;
  /** Whether it reads only once, and must find no value: the framework runs it outside of every request. */
  readonly isOutside?: boolean;
}

/** A request, of which the test sends 20 at once. */
export interface RequestKind {
  readonly title: string;
  readonly parts: readonly Part[];
  /** Sends the request. Returns the body of the response, and of later ones that belong to it. */
  send(origin: string, id: string): Promise<string>;
}

/** A server of a project. */
export interface RegisteredApp {
  /** The row of the table. Projects for other versions of Node have an application with the same title. */
  readonly title: string;
  readonly nodes: readonly NodeName[];
  readonly formats: readonly Format[];
  readonly kinds: readonly RequestKind[];
  /** The packages whose versions the table has. */
  readonly packages: readonly string[];
  /** The file and the arguments behind those for Node. The variable `PORT` is set too. */
  command(format: Format, port: number): readonly string[];
}

/** A project whose commands build servers. All of them have the same packages. */
export interface RegisteredProject extends ProjectFolder {
  readonly title: string;
  readonly apps: readonly RegisteredApp[];
}

/** The ways of an application, without those that only tell whether a failure is one of `throughline/register`. */
export function waysOf({ nodes, formats }: RegisteredApp): Way[] {
  return nodes.flatMap((node) =>
    AGENTS.flatMap((agent) =>
      formats.flatMap((format) =>
        ORDERS.filter((order) => order === 'register first' || (order === 'register last' && agent !== 'none')).map(
          (order) => ({ node, agent, format, order }),
        ),
      ),
    ),
  );
}
