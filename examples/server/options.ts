import { parseArgs } from 'node:util';
import { UserError } from './user-error.js';

export const helpText = `Starts a server that knows its requests by an id in storage, sends itself traffic, and checks every read.

  npm start                        check, compare, then serve until Ctrl-C
  npm start -- --exit              end after the table; exit code 1 if a context or a cart was mixed up, or anything
                                   was lost from a cart
  npm start -- --requests N        how many requests the check sends (3000); the comparison sends five times as many
  npm start -- --help              show this

  PORT=8080 npm start              serve on another port (1337); 0 lets the system choose one
  REDIS_URL=redis://127.0.0.1:6379 npm start
                                   keep the sessions in Redis, where several servers share them; else in a file of
                                   SQLite in the temporary folder
  SESSION_SECRET=... npm start     sign the session cookies with this (32 characters or more); else with a secret
                                   that is made once and kept beside that file
  THROUGHLINE_STORAGE=global npm start
                                   keep the id in something else: runtime (the runtime's own AsyncLocalStorage),
                                   global (a plain variable: see what a mix-up looks like), none (nothing)
`;

const storageNames = ['throughline', 'runtime', 'global', 'none'] as const;

/** Where the server keeps the id of a request. */
export type StorageName = (typeof storageNames)[number];

export const storageLabels: Record<StorageName, string> = {
  throughline: "Throughline's AsyncLocalStorage",
  runtime: "the runtime's own AsyncLocalStorage",
  global: 'a plain variable',
  none: 'no storage at all',
};

export interface Options {
  readonly help: boolean;
  readonly exit: boolean;
  readonly requests: number;
  readonly port: number;
}

export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  readStorageName(env);
  const flags = readFlags(args);
  return {
    help: flags.help === true,
    exit: flags.exit === true,
    requests: readRequests(flags.requests ?? '3000'),
    port: readPort(env.PORT || '1337'),
  };
}

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
      options: { help: { type: 'boolean', short: 'h' }, exit: { type: 'boolean' }, requests: { type: 'string' } },
    }).values;
  } catch (error) {
    // The first sentence says what is wrong; the rest is about positional arguments, of which there are none here.
    const [what] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new UserError(`${what}. npm start -- --help shows what there is.`);
  }
}

function readRequests(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`--requests is "${text}", but must be a whole number above 0.`);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UserError(
    `PORT is "${text}", but must be a whole number from 0 to 65535. Choose one: PORT=8080 npm start (0 lets the system ` +
      'choose).',
  );
}
