/** The command line of `npm run docs`. */
import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';

export const HELP_TEXT = `Builds the site of docs/ into site/dist/site.

  npm run docs -- [options]

  --serve          serve the site on http://localhost:4173 once it is built
  --base <path>    the path under which the site will be served (default: /)
  --version        build the site of this version into the folder v/<version>, next to the site of the newest version
  --out <folder>   where to write the site (default: site/dist/site)
  --help           print this text
`;

export interface DocsOptions {
  readonly isHelpWanted: boolean;
  readonly isServed: boolean;
  /** Begins and ends with a slash. */
  readonly base: string;
  /** Whether the site is that of one version, next to the site of the newest one. */
  readonly isForVersion: boolean;
  /** An absolute path. */
  readonly out: string;
}

const OPTIONS = {
  serve: { type: 'boolean', default: false },
  base: { type: 'string', default: '/' },
  version: { type: 'boolean', default: false },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @param args the arguments after `npm run docs --`
 * @param site the folder of this workspace
 * @throws {Error} if an argument is invalid; the message is for the user
 */
export function parseOptions(args: readonly string[], site: string): DocsOptions {
  checkNames(args);
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (!/^\/(?:[^?#]*\/)?$/.test(values.base)) {
    throw new Error(`--base is ${values.base}, but must be a path that begins and ends with a slash, such as /docs/.`);
  }
  return {
    isHelpWanted: values.help,
    isServed: values.serve,
    base: values.base,
    isForVersion: values.version,
    out: values.out === undefined ? resolve(site, 'dist/site') : absolute(values.out),
  };
}

function checkNames(args: readonly string[]): void {
  const names = Object.keys(OPTIONS).map((name) => `--${name}`);
  for (const arg of args) {
    const [name = ''] = arg.split('=');
    if (!name.startsWith('-') || names.includes(name)) continue;
    throw new Error(`npm run docs has no option ${name}. Did you mean ${closest(name, names)}? See --help.`);
  }
}

/** npm runs a script in the folder of its package.json, and states in which folder it was called. */
function absolute(folder: string): string {
  return isAbsolute(folder) ? folder : resolve(process.env.INIT_CWD ?? process.cwd(), folder);
}
