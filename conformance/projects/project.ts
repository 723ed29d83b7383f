export const PROJECT_GROUPS = ['Modules', 'TypeScript', 'Test runners', 'Bundlers and applications'] as const;

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
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Commands with their arguments: `node`, or a command of an installed package. */
  readonly commands: readonly (readonly [string, ...string[]])[];
  /** What the last command must print. */
  readonly output: string;
  /** Whether it is part of `npm test`: it then uses the packages of the workspace, and nothing from the network. */
  readonly isQuick?: boolean;
}
