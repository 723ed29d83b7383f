import type { runtimes } from '../runtimes/runtimes.js';

export const PROJECT_GROUPS = [
  'Modules',
  'TypeScript',
  'Test runners',
  'Bundlers and applications',
  'Libraries',
  'Recipes',
  'React Native',
  'Starters',
  'Frameworks',
  'The whole process',
] as const;

export type ProjectGroup = (typeof PROJECT_GROUPS)[number];

/** `node`, or a command of an installed package, with its arguments. */
export type Command = readonly [string, ...string[]];

/** What is created in a temporary folder, which installs the packages from their tarballs. */
export interface ProjectFolder {
  /** Names and version ranges of the packages that are installed from npm. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Contents by path. `package.json` is written with the fields of `manifest`. */
  readonly files: Readonly<Record<string, string>>;
  /** A folder of `examples`, whose files the project has too. */
  readonly example?: string;
  /** Folders of `apps`, whose files the project has too. */
  readonly folders?: readonly string[];
  /** The starter that the project is a copy of. It has its own `package.json`. */
  readonly starter?: Starter;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly commands: readonly Command[];
  /** The version of Node that runs the commands. Default: that of this process. */
  readonly node?: keyof typeof runtimes;
  /** Whether it is part of `npm test`: it then uses the packages of the workspace, and nothing from the network. */
  readonly isQuick?: boolean;
}

/** A project of a user. */
export interface Project extends ProjectFolder {
  /** What the row of docs/projects.md is called. */
  readonly title: string;
  /** The table of docs/projects.md that contains the row. */
  readonly group: ProjectGroup;
  /** What the last command must print. */
  readonly output?: string;
  /**
   * The path of a page that the commands have built. Chromium opens it, with its folder as the root of the server, and
   * the first line that it prints must be `output` too.
   */
  readonly page?: string;
  /** Whether Chromium also opens the page of Vite's development server, whose title must become `output`. */
  readonly isDevelopedWithVite?: boolean;
  /** The bundles for React Native that the commands have built. */
  readonly reactNative?: ReactNativeBundles;
  /** A web application, which is built in the project after everything else. Chromium opens both of its servers. */
  readonly app?: App;
}

/** Bundles that Metro has built. Their paths are those in the project. */
export interface ReactNativeBundles {
  /** The program of the folder `react-native` that runs after each bundle, and prints lines as JSON. */
  readonly program: 'tap-users.js' | 'print-messages.js';
  /** What each bundle must print on the virtual machine of Hermes, by its path. */
  readonly printing: Readonly<Record<string, string>>;
  /** The bundles with the syntax of today's React Native, which is too new for the virtual machine: they are compiled. */
  readonly compiled: readonly string[];
  /** Whether the bundles use parts of the language that the virtual machine lacks: see `missing-language.ts`. */
  readonly needsLanguage: boolean;
}

/** A folder of `examples/starters`. Two users send orders to it at once: see `run-starter.ts`. */
export interface Starter {
  /** The name of the folder. */
  readonly folder: string;
  /** What runs its scripts. Default: npm. */
  readonly runner?: 'bun' | 'deno';
  /** The path of its API, which logs each order and responds with it. Default: it has none. */
  readonly api?: string;
  /** The file of the page that its scripts have built, which Chromium opens from the disk. Default: it has none. */
  readonly file?: string;
  /** The servers that its scripts start. */
  readonly servers?: readonly StarterServer[];
}

/** A server that a script of a starter starts. */
export interface StarterServer {
  readonly script: string;
  /** The arguments for a port. The environment variable `PORT` is set too. Default: none. */
  readonly args?: (port: number) => readonly string[];
  /** Whether the server has the page too, which Chromium opens. Default: false. */
  readonly hasPage?: boolean;
  /** The versions of Node that run it, one after the other. Default: that of the project. */
  readonly nodes?: readonly (keyof typeof runtimes)[];
}

/** A web application whose files are in a folder of `apps`. They are added to those of the project. */
export interface App {
  /** The name of the folder. */
  readonly folder: string;
  /** Builds the application. */
  readonly build: Command;
  /** The path at which the application has the program of `apps/shared`. */
  readonly program: string;
  /** The path of the URL of its API. */
  readonly api: string;
  /** Serves what the commands have built. The environment variable `PORT` is set too. */
  readonly start: (port: number) => Command;
  /** The development server. */
  readonly develop: (port: number) => Command;
  /** Whether the page stays open when the program is edited, rather than being loaded again. */
  readonly isUpdatedInPlace: boolean;
  /** Whether the development server keeps the program of an action until the file of the action itself is edited. */
  readonly keepsActions?: boolean;
}
