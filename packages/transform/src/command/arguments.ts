/** The arguments of the command `throughline-transform`. */
import { SOURCE_TYPES, type SourceType } from '../parse/parse.js';
import { GENERATOR_FRAMES, type TransformOptions } from '../transform.js';
import { parseOptions, UsageError } from './parse-options.js';

export const HELP = `Usage: throughline-transform FILE|DIR... --out DIR

Writes transformed copies of JavaScript and TypeScript files, in which the code
after each await runs in the frame of that await. Everything else in a directory
is copied unchanged, so that the copy can replace the original.

  --out DIR           the directory for the copies. It is created if it does not
                      exist. Nothing in it is removed
  --source-type TYPE  module, commonjs or script, for all files. By default the
                      extension, the nearest package.json and the code determine
                      the type of each file
  --generators FRAME  the frame in which the body of a generator runs. next: for
                      async generators the frame of the next() call that resumes
                      them, as in Node.js (default). creation: for all
                      generators the frame of the call that created them, as in
                      the TC39 proposal
  --no-source-maps    do not write FILE.map next to each transformed file
  -h, --help          print this text and exit
  -v, --version       print the version and exit

Files with the extensions .js .mjs .cjs .jsx .ts .mts .cts .tsx are transformed,
except declaration files (.d.ts) and the files of throughline. JSX and types are
preserved.

Exit codes: 0 if every file was written; 1 if a file could not be transformed or
written (all others were); 2 if the arguments are invalid.
`;

export interface CommandOptions {
  /** Files and directories. */
  readonly inputs: readonly string[];
  readonly outDirectory: string;
  readonly writesSourceMaps: boolean;
  readonly transformOptions: Pick<TransformOptions, 'sourceType' | 'generators'>;
}

/** @throws {UsageError} if the arguments are invalid */
export function parseArguments(args: string[]): CommandOptions | 'help' | 'version' {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const { out } = values;
  if (positionals.length === 0) throw new UsageError('No input. Name at least one FILE or DIR to transform.');
  if (out === undefined || out === '') {
    throw new UsageError('--out DIR is missing. Name the directory that the copies are written to.');
  }
  const sourceType = parseChoice('--source-type', values['source-type'], SOURCE_TYPES);
  const generators = parseChoice('--generators', values.generators, GENERATOR_FRAMES);
  return {
    inputs: positionals,
    outDirectory: out,
    writesSourceMaps: values['no-source-maps'] !== true,
    transformOptions: {
      ...(sourceType !== undefined && { sourceType: sourceType satisfies SourceType }),
      ...(generators !== undefined && { generators }),
    },
  };
}

const OPTIONS = {
  out: { type: 'string' },
  'source-type': { type: 'string' },
  generators: { type: 'string' },
  'no-source-maps': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

function parseChoice<T extends string>(
  option: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) {
    throw new UsageError(`${option} must be one of ${choices.join(', ')}, but is '${value}'.`);
  }
  return choice;
}
