/** The command line and the environment variables of `npm start`. */
import { parseArgs } from 'node:util';
import { UserError } from './user-error.js';

export const helpText = `Starts a server that keeps the id of each request in storage, sends traffic to itself, and checks every read.

  npm start                        check, compare, then serve until Ctrl-C
  npm start -- --exit              exit after the comparison, with code 1 if a context or a cart was mixed up or a
                                   cart item was lost
  npm start -- --requests N        requests that the first check sends (default: 3000); the comparison sends
                                   about five times as many
  npm start -- --inspect-flows     also open the page of @throughline/doctor that shows the live flows
  npm start -- --help              show this help

  PORT=8080 npm start              serve on another port (default: 1337); 0 lets the system choose one
  REDIS_URL=redis://127.0.0.1:6379 npm start
                                   store the sessions in Redis, where several servers can share them
                                   (default: a SQLite file in the temporary folder)
  SESSION_SECRET=... npm start     sign the session cookies with this secret of 32 or more characters
                                   (default: a secret that is generated once and kept next to the SQLite file)
  THROUGHLINE_STORAGE=global npm start
                                   store the request ids elsewhere: runtime (the runtime's own AsyncLocalStorage),
                                   global (a plain variable, to see ids get mixed up) or none
`;

const storageNames = ['throughline', 'runtime', 'global', 'none'] as const;

/** The name of the storage of the request ids. */
export type StorageName = (typeof storageNames)[number];

export const storageLabels: Record<StorageName, string> = {
  throughline: "Throughline's AsyncLocalStorage",
  runtime: "the runtime's own AsyncLocalStorage",
  global: 'a plain variable',
  none: 'no storage at all',
};

export interface Options {
  readonly isHelpWanted: boolean;
  readonly isExitWanted: boolean;
  readonly isInspectorWanted: boolean;
  readonly requests: number;
  readonly port: number;
}

/** @throws {UserError} if an argument or an environment variable is invalid */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  readStorageName(env);
  const flags = readFlags(args);
  return {
    isHelpWanted: flags.help === true,
    isExitWanted: flags.exit === true,
    isInspectorWanted: flags['inspect-flows'] === true,
    requests: readRequests(flags.requests ?? '3000'),
    port: readPort(env.PORT || '1337'),
  };
}

/** @throws {UserError} if THROUGHLINE_STORAGE is not one of the known names */
export function readStorageName(env: NodeJS.ProcessEnv): StorageName {
  const wanted = env.THROUGHLINE_STORAGE || 'throughline';
  const found = storageNames.find((name) => name === wanted);
  if (found) return found;
  throw new UserError(`THROUGHLINE_STORAGE is "${wanted}", but must be one of: ${storageNames.join(', ')}.`);
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        exit: { type: 'boolean' },
        'inspect-flows': { type: 'boolean' },
        requests: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's first sentence names the problem. The rest is about positional arguments, which this program has none of.
    const [problem] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new UserError(`${problem}. Run npm start -- --help for the options.`);
  }
}

function readRequests(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`--requests is "${text}", but must be a whole number greater than 0, such as --requests 3000.`);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(
    `PORT is "${text}", but must be a whole number from 0 to 65535. Choose one: PORT=8080 npm start (0 lets the system ` +
      'choose).',
  );
}
