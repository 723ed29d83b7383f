/**
 * Parses the command line: options of the doctor, then what would be typed without the doctor.
 *
 *     throughline-doctor --dependencies --enable-source-maps app.js     node, with its own options
 *     throughline-doctor npm test                                       any other command, through NODE_OPTIONS
 */
import { statSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { type DoctorOptions, type Format, isPort } from '../options.js';

export const HELP = `Usage: throughline-doctor [options] <file, options of node, or command>

Runs a program, and names the lines where an AsyncLocalStorage lost its flow.

  throughline-doctor app.js
  throughline-doctor --dependencies --enable-source-maps app.js
  throughline-doctor npm test

Options, which come first:
  --dependencies   also checks the functions of the packages in node_modules
  --all            also reports functions that left their flow without harm
  --empty-reads    also reports reads in no flow, and where their code comes from; slows the program down
  --shared-work    also reports work that one flow does for others; slows the program down
  --inspect-flows  opens a page on this machine that shows the live flows, and prints its address; --inspect-flows=9230
                   chooses the port
  --record-waits   with --inspect-flows: records what flows wait for also while the page is not open
  --redact=NAMES   with --inspect-flows: does not show the values of the storages with these names, which are separated
                   by commas; --redact=* shows none
  --json           prints the findings as JSON to stdout
  --github         prints the findings as annotations for GitHub to stdout
  --help           prints this text
  --version        prints the version
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
  '--shared-work',
  '--inspect-flows',
  '--record-waits',
  '--redact',
  '--json',
  '--github',
  '--help',
  '--version',
];

/** @throws {UsageError} if there is nothing to run */
export function parseArguments(args: readonly string[]): CommandLine | 'help' | 'version' {
  const given = new Map<string, string | undefined>();
  let index = 0;
  for (; index < args.length; index++) {
    const [name = '', value] = splitValue(args[index] ?? '');
    if (!OPTIONS.includes(name)) break;
    given.set(name, value);
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
  const port = given.get('--inspect-flows');
  if (port !== undefined && !(/^\d+$/.test(port) && isPort(Number(port)))) {
    throw new UsageError(`--inspect-flows=${port} must name a port from 0 to 65535, as in --inspect-flows=9230.`);
  }
  if (given.has('--redact') && !given.get('--redact')) {
    throw new UsageError('--redact must name storages, as in --redact=sessions,users, or * for all.');
  }
  const format: Format = given.has('--json') ? 'json' : given.has('--github') ? 'github' : 'text';
  const options = {
    dependencies: given.has('--dependencies'),
    all: given.has('--all'),
    emptyReads: given.has('--empty-reads'),
    sharedWork: given.has('--shared-work'),
    inspectFlows: given.has('--inspect-flows'),
    inspectPort: Number(port ?? 0),
    recordWaits: given.has('--record-waits'),
    redact: given.get('--redact') ?? '',
    format,
  };
  const isOther = !first.startsWith('-') && !isProgram(first);
  if (!isOther) return { options, command: process.execPath, args: rest, isOther };
  if (/[\\/]|\.[cm]?[jt]s$/.test(first)) throw new UsageError(`There is no file ${first}.`);
  return { options, command: first, args: rest.slice(1), isOther };
}

/** Splits `--name=value`, for the options that take a value. */
function splitValue(option: string): [name: string, value?: string] {
  const [, name, value] = /^(--inspect-flows|--redact)=(.*)$/s.exec(option) ?? [];
  return name === undefined || value === undefined ? [option] : [name, value];
}

/** Whether Node can run it. The name of a command can be that of a folder too, as in `throughline-doctor jest`. */
function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFile() || /^\.|[\\/]/.test(path));
}

function isMisspelling(option: string, near: string): boolean {
  return option !== near && !process.allowedNodeEnvironmentFlags.has(option) && option.slice(0, 4) === near.slice(0, 4);
}
