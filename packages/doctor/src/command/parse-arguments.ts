/**
 * Parses the command line: options of the doctor, then what would be typed without the doctor.
 *
 *     throughline-doctor --dependencies --enable-source-maps app.js     node, with its own options
 *     throughline-doctor npm test                                       any other command, through NODE_OPTIONS
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { parse, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { DEFAULT_OUTLIVED, type DoctorOptions, type Format, isDuration, isPort } from '../options.js';

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
  --inspect-flows       opens a page on this machine that shows the live flows, and prints its address;
                        --inspect-flows=9230 chooses the port
  --record-waits        records what flows wait for also while this page is not open
  --redact=<names>      does not show the values of the storages with these names on this page; the names are separated
                        by commas; --redact=* shows none
  --json                prints the findings as JSON to stdout
  --github              prints the findings as annotations for GitHub to stdout
  --html <file>         also writes the findings as a page to a file
  --fail                ends with exit code 1 if there are findings and the program ends with 0
  --help                prints this text
  --version             prints the version

Exit code: that of the program; 128 plus the number of the signal if a signal ended it; 127 if it cannot be started;
1 with --fail; 2 if the arguments are wrong, and nothing was run.
`;

/** Thrown if the command is used incorrectly. Nothing has been run at that point. */
export class UsageError extends Error {}

export interface CommandLine {
  readonly options: Omit<DoctorOptions, 'folder'>;
  /** Whether findings change the exit code 0. */
  readonly failsOnFindings: boolean;
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
  '--inspect-flows',
  '--record-waits',
  '--redact',
  '--json',
  '--github',
  '--html',
  '--fail',
  '--help',
  '--version',
];

/** What to do with runtimes that do not read NODE_OPTIONS. */
const HINTS: Readonly<Record<string, string>> = {
  bun: 'Programs in Bun cannot be checked. Run the program with Node: throughline-doctor app.js',
  bunx: 'Programs in Bun cannot be checked. Run the program with Node: throughline-doctor npx …',
  deno: 'Deno loads the doctor itself: deno run --preload npm:@throughline/doctor/register app.js',
};

/** @throws {UsageError} if there is nothing to run */
export function parseArguments(args: readonly string[]): CommandLine | 'help' | 'version' {
  const { given, html, outlived, rest } = readOptions(args);
  if (given.has('--help')) return 'help';
  if (given.has('--version')) return 'version';
  const [first] = rest;
  if (first === undefined) throw new UsageError('Name the file to run, as in: throughline-doctor app.js');
  if (given.has('--json') && given.has('--github')) throw new UsageError('--json and --github exclude each other.');
  const near = closest(first, OPTIONS);
  // An option that Node does not know would fail there with an error that names neither.
  if (first.startsWith('--') && isMisspelling(first, near)) {
    throw new UsageError(`The command has no option ${first}. Did you mean ${near}?`);
  }
  const port = given.get('--inspect-flows');
  if (given.has('--inspect-flows') && /^\d+$/.test(first) && !isProgram(first)) {
    throw new UsageError(`The port of the page follows an equals sign: --inspect-flows=${first}.`);
  }
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
    sharedWork: !given.has('--no-shared-work'),
    outlived,
    inspectFlows: given.has('--inspect-flows'),
    inspectPort: Number(port ?? 0),
    recordWaits: given.has('--record-waits'),
    redact: given.get('--redact') ?? '',
    format,
    html,
  };
  const failsOnFindings = given.has('--fail');
  const isOther = !first.startsWith('-') && !isProgram(first);
  if (!isOther) return { options, failsOnFindings, command: process.execPath, args: rest, isOther };
  if (/[\\/]|\.[cm]?[jt]s$/.test(first) && !existsSync(first)) throw new UsageError(`There is no file ${first}.`);
  const hint = HINTS[parse(first).name];
  if (hint !== undefined) throw new UsageError(hint);
  return { options, failsOnFindings, command: first, args: rest.slice(1), isOther };
}

interface GivenOptions {
  /** The options, with what follows an equals sign. */
  readonly given: ReadonlyMap<string, string | undefined>;
  readonly html: string | undefined;
  /** In seconds. */
  readonly outlived: number;
  /** The arguments after the options. */
  readonly rest: readonly string[];
}

/** Reads the options of the doctor, which come first. */
function readOptions(args: readonly string[]): GivenOptions {
  const given = new Map<string, string | undefined>();
  const rest = [...args];
  let html: string | undefined;
  let outlived = DEFAULT_OUTLIVED;
  for (let [first] = rest; first !== undefined; [first] = rest) {
    const [, name = first, value] = /^(--html|--outlived|--inspect-flows|--redact)=(.*)$/s.exec(first) ?? [];
    if (!OPTIONS.includes(name)) break;
    rest.shift();
    given.set(name, value);
    if (name === '--outlived') outlived = parseSeconds(value ?? rest.shift());
    if (name !== '--html') continue;
    html = value ?? rest.shift();
    if (html === undefined || html === '' || html.startsWith('-')) {
      throw new UsageError('--html needs the name of a file, as in: throughline-doctor --html findings.html app.js');
    }
    // The program may change the current folder.
    html = resolve(html);
  }
  return { given, html, outlived, rest };
}

function parseSeconds(text: string | undefined): number {
  const seconds = Number(text);
  if (text === undefined || text.trim() === '' || !isDuration(seconds)) {
    throw new UsageError('--outlived must be followed by a number of seconds, 0 or more, such as --outlived 10.');
  }
  return seconds;
}

/** Whether Node can run it. The name of a command can be that of a folder too, as in `throughline-doctor jest`. */
function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return !isScriptOfShell(path);
  return stats !== undefined && /^\.|[\\/]/.test(path);
}

/** Some package managers write shell scripts to `node_modules/.bin`. */
function isScriptOfShell(path: string): boolean {
  const start = Buffer.alloc(256);
  const file = openSync(path, 'r');
  try {
    const [line = ''] = start.toString('utf8', 0, readSync(file, start)).split('\n');
    return line.startsWith('#!') && /\b(?:sh|bash|dash|zsh|ksh)\b/.test(line);
  } finally {
    closeSync(file);
  }
}

function isMisspelling(option: string, near: string): boolean {
  return option !== near && !process.allowedNodeEnvironmentFlags.has(option) && option.slice(0, 4) === near.slice(0, 4);
}
