export const PROJECT_GROUPS = [
  'Modules',
  'TypeScript',
  'Test runners',
  'Bundlers and applications',
  'Libraries',
] as const;

export type ProjectGroup = (typeof PROJECT_GROUPS)[number];

/** A project of a user, which is created in a temporary folder and installs the packages from their tarballs. */
export interface Project {
  /** What the row of docs/projects.md is called. */
  readonly title: string;
  /** The table of docs/projects.md that contains the row. */
  readonly group: ProjectGroup;
  /** Names and version ranges of the packages that are installed from npm. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** Contents by path. `package.json` is written with the fields of `manifest`. */
  readonly files: Readonly<Record<string, string>>;
  /** Folders of `apps`, whose files the project has too. */
  readonly folders?: readonly string[];
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Commands with their arguments: `node`, or a command of an installed package. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  /** What the last command must print. */
  readonly output: string;
  /**
   * The path of a page that the commands have built. Chromium opens it, with its folder as the root of the server, and
   * the first line that it prints must be `output` too.
   */
  readonly page?: string;
  /** Whether Chromium also opens the page of Vite's development server, whose title must become `output`. */
  readonly isDevelopedWithVite?: boolean;
  /** Whether it is part of `npm test`: it then uses the packages of the workspace, and nothing from the network. */
  readonly isQuick?: boolean;
}
