/** What the command is asked for. */
import { parseArgs } from 'node:util';
import type { SourceType } from '../parse.js';
import type { TransformOptions } from '../transform.js';

export const HELP = `Usage: throughline-transform FILE|DIR... --out DIR

Writes transformed copies of JavaScript and TypeScript files, in which each
await keeps the values of its flow. Of a folder everything else is copied, so
that the copy can take its place.

  --out DIR           where the copies go; made if it is not there, and nothing
                      in it is removed
  --source-type KIND  module, commonjs or script, for all files; by default a
                      file's name, its package.json and its code tell
  --generators FRAME  in which frame the body of an async generator runs:
                      next, that of the next() that resumes it, as in Node (the
                      default), or creation, that of the call that made it, as
                      TC39 has it
  --no-source-maps    no FILE.map beside each transformed file
  -h, --help          this text
  -v, --version       the version

Transformed are .js .mjs .cjs .jsx .ts .mts .cts .tsx, but not declarations
(.d.ts) and throughline's own files. JSX and types stay as they are.

Exit codes: 0 all is done; 1 a file could not be transformed or written (all
others are); 2 the command makes no sense.
`;

/** What is wrong about the command itself. */
export class UsageError extends Error {}

export interface Order {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly sourceMaps: boolean;
  readonly options: Pick<TransformOptions, 'sourceType' | 'generators'>;
}

export function readArguments(args: string[]): Order | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const { out } = values;
  if (positionals.length === 0) throw new UsageError('There is no FILE or DIR to transform.');
  if (out === undefined || out === '') throw new UsageError('--out DIR is missing: where should the copies go?');
  const sourceType = oneOf('--source-type', values['source-type'], ['module', 'commonjs', 'script'] as const);
  const generators = oneOf('--generators', values.generators, ['next', 'creation'] as const);
  return {
    inputs: positionals,
    out,
    sourceMaps: values['no-source-maps'] !== true,
    options: {
      ...(sourceType !== undefined && { sourceType: sourceType satisfies SourceType }),
      ...(generators !== undefined && { generators }),
    },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        'source-type': { type: 'string' },
        generators: { type: 'string' },
        'no-source-maps': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<T extends string>(option: string, value: string | undefined, choices: readonly T[]): T | undefined {
  const found = choices.find((choice) => choice === value);
  if (value !== undefined && found === undefined) {
    throw new UsageError(`${option} is ${choices.join(' or ')}, not '${value}'.`);
  }
  return found;
}
