/** The arguments of the command `throughline-migrate`. */
import { parseOptions, UsageError } from '../command/parse-options.js';

export const MIGRATE_HELP = `Usage: throughline-migrate [FILE|DIR...] [options]

Rewrites imports of node:async_hooks, cls-hooked, express-http-context,
@fastify/request-context and hono/context-storage to throughline and
@throughline/request where the meaning of the program does not change, and
reports everything else. Without FILE or DIR, it changes the files in the
current directory.

  --dry-run      write nothing; print what would change as a unified diff
  --check        write nothing; exit with 1 if a file would change
  --force        write even if git has uncommitted changes
  -h, --help     print this text and exit
  -v, --version  print the version and exit

Files with the extensions .js .mjs .cjs .jsx .ts .mts .cts .tsx are changed,
except those in node_modules and those that git ignores. The command also reads
all other files of the project, because they share values with the changed ones.

Exit codes: 0 if nothing is left to do by hand; 1 if something is left, or if a
file could not be read, parsed or written (all others were written); 2 if the
arguments are invalid or git has uncommitted changes (nothing was written).
`;

export interface MigrateOptions {
  /** Files and directories. */
  readonly inputs: readonly string[];
  readonly mode: 'write' | 'dry-run' | 'check';
  /** Whether files are written although git has uncommitted changes. */
  readonly isForced: boolean;
}

const OPTIONS = {
  'dry-run': { type: 'boolean' },
  check: { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** @throws {UsageError} if the arguments are invalid */
export function parseMigrateArguments(args: string[]): MigrateOptions | 'help' | 'version' {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (values['dry-run'] && values.check) {
    throw new UsageError('--dry-run and --check cannot be combined. Use --dry-run to see the changes.');
  }
  return {
    inputs: positionals.length === 0 ? ['.'] : positionals,
    mode: values['dry-run'] ? 'dry-run' : values.check ? 'check' : 'write',
    isForced: values.force === true,
  };
}
