/** The command lines of both commands: their options are known, and everything else is a file or a directory. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { unknownOptionMessage } from '../check-options.js';

/** Thrown if a command is used incorrectly. Nothing has been written at that point. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;
type Config<O extends Options> = { args: string[]; allowPositionals: true; options: O };

/** @throws {UsageError} if an option does not exist, which names the nearest one that does, or lacks its value */
export function parseOptions<O extends Options>(args: string[], options: O): ReturnType<typeof parseArgs<Config<O>>> {
  const { tokens } = parseArgs({ args, allowPositionals: true, options, strict: false, tokens: true });
  const unknown = tokens.find((token) => token.kind === 'option' && !Object.hasOwn(options, token.name));
  if (unknown?.kind === 'option') {
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(unknownOptionMessage('The command', unknown.rawName, names));
  }
  try {
    return parseArgs<Config<O>>({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
