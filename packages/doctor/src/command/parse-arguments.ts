/**
 * Parses the command line: options of the doctor, then what would be typed without the doctor.
 *
 *     throughline-doctor --dependencies --enable-source-maps app.js     node, with its own options
 *     throughline-doctor npm test                                       any other command, through NODE_OPTIONS
 */
import { statSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { DEFAULT_OUTLIVED, type DoctorOptions, type Format } from '../options.js';

export const HELP = `Usage: throughline-doctor [options] <file, options of node, or command>

Runs a program, and names the lines where an AsyncLocalStorage lost its flow.

  throughline-doctor app.js
  throughline-doctor --dependencies --enable-source-maps app.js
  throughline-doctor npm test

Options, which come first:
  --dependencies        also checks the functions of the packages in node_modules
  --all                 also reports what did no harm, such as functions that left their flow and read nothing
  --empty-reads         also reports reads in no flow, and where their code comes from; slows the program down
  --no-shared-work      does not look for work that one flow does for others
  --outlived <seconds>  how long a value may be held after the end of its flow; default: 60; 0: not reported
  --json                prints the findings as JSON to stdout
  --github              prints the findings as annotations for GitHub to stdout
  --help                prints this text
  --version             prints the version
`;

/** Thrown if the command is used incorrectly. Nothing has been run at that point. */
export class UsageError extends Error {}

export interface CommandLine {
  readonly options: Omit<DoctorOptions, 'folder'>;
  readonly command: string;
  readonly args: readonly string[];
  /** Whether the command is a program of its own, whose Node processes are reached through NODE_OPTIONS. */
  readonly isOther: boolean;
}

const OPTIONS = [
  '--dependencies',
  '--all',
  '--empty-reads',
  '--no-shared-work',
  '--outlived',
  '--json',
  '--github',
  '--help',
  '--version',
];

/** @throws {UsageError} if there is nothing to run */
export function parseArguments(args: readonly string[]): CommandLine | 'help' | 'version' {
  const given = new Set<string>();
  let index = 0;
  let outlived = DEFAULT_OUTLIVED;
  for (; OPTIONS.includes(args[index] ?? ''); index++) {
    const option = args[index] ?? '';
    given.add(option);
    if (option === '--outlived') outlived = parseSeconds(args[++index]);
  }
  if (given.has('--help')) return 'help';
  if (given.has('--version')) return 'version';
  const rest = args.slice(index);
  const [first] = rest;
  if (first === undefined) throw new UsageError('Name the file to run, as in: throughline-doctor app.js');
  if (given.has('--json') && given.has('--github')) throw new UsageError('--json and --github exclude each other.');
  const near = closest(first, OPTIONS);
  // An option that Node does not know would fail there with an error that names neither.
  if (first.startsWith('--') && isMisspelling(first, near)) {
    throw new UsageError(`The command has no option ${first}. Did you mean ${near}?`);
  }
  const format: Format = given.has('--json') ? 'json' : given.has('--github') ? 'github' : 'text';
  const options = {
    dependencies: given.has('--dependencies'),
    all: given.has('--all'),
    emptyReads: given.has('--empty-reads'),
    sharedWork: !given.has('--no-shared-work'),
    outlived,
    format,
  };
  const isOther = !first.startsWith('-') && !isProgram(first);
  if (!isOther) return { options, command: process.execPath, args: rest, isOther };
  if (/[\\/]|\.[cm]?[jt]s$/.test(first)) throw new UsageError(`There is no file ${first}.`);
  return { options, command: first, args: rest.slice(1), isOther };
}

function parseSeconds(text: string | undefined): number {
  const seconds = Number(text);
  if (text === undefined || text.trim() === '' || !(seconds >= 0)) {
    throw new UsageError('--outlived must be followed by a number of seconds, 0 or more, such as --outlived 10.');
  }
  return seconds;
}

/** Whether Node can run it. The name of a command can be that of a folder too, as in `throughline-doctor jest`. */
function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFile() || /^\.|[\\/]/.test(path));
}

function isMisspelling(option: string, near: string): boolean {
  return option !== near && !process.allowedNodeEnvironmentFlags.has(option) && option.slice(0, 4) === near.slice(0, 4);
}
