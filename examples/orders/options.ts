/** The command line and the environment variables of `npm run example:orders`. */
import { parseArgs } from 'node:util';
import { UserError } from '@throughline/example-server/user-error';

export const helpText = `A shop whose orders go through HTTP, a queue in Redis, a worker process and a thread, with a page that shows their way.

  npm run example:orders                    start the shop, and serve its page until Ctrl-C
  npm run example:orders -- --exit          send orders, print the counts and exit, with code 1 if a value was wrong or
                                            missing
  npm run example:orders -- --orders N      orders that --exit sends (default: 300)
  npm run example:orders -- --help          show this help

  PORT=8080 npm run example:orders          serve on another port (default: 1338); 0 lets the system choose one
  REDIS_URL=redis://127.0.0.1:6379 npm run example:orders
                                            use this Redis (default: start one that is stopped at the end)
  ORDERS_TRUST=nothing npm run example:orders
                                            let the worker and its thread believe nothing that they receive, to see
                                            values missing
`;

export interface Options {
  readonly isHelpWanted: boolean;
  readonly isExitWanted: boolean;
  readonly orders: number;
  readonly port: number;
}

/** @throws {UserError} if an argument or an environment variable is invalid */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const flags = readFlags(args);
  return {
    isHelpWanted: flags.help === true,
    isExitWanted: flags.exit === true,
    orders: readInteger('--orders', flags.orders ?? '300', 1, 1_000_000),
    port: readInteger('PORT', env.PORT || '1338', 0, 65_535),
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' }, exit: { type: 'boolean' }, orders: { type: 'string' } },
    }).values;
  } catch (error) {
    // Node's first sentence names the problem. The rest is about positional arguments, which this program has none of.
    const [problem] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new UserError(`${problem}. Run npm run example:orders -- --help for the options.`);
  }
}

function readInteger(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UserError(`${name} is "${text}", but must be a whole number from ${min} to ${max}.`);
}
