/**
 * Makes worker threads load the doctor. A thread inherits the arguments of Node and the environment, but not if the program
 * gives it others, as Vitest does.
 */
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import { VARIABLE } from '../options.js';

/** This file is bundled with others, so the module that starts the doctor is named from the folder of the package. */
const REGISTER = new URL('../../lib/node/register.cjs', import.meta.url).href;

export function patchWorkers(): void {
  const { Worker } = workerThreads;
  workerThreads.Worker = new Proxy(Worker, {
    construct(target, [file, options, ...rest], newTarget) {
      return Reflect.construct(target, [file, withDoctor(options), ...rest], newTarget);
    },
  });
  Object.defineProperty(Worker.prototype, 'constructor', {
    value: workerThreads.Worker,
    writable: true,
    configurable: true,
  });
}

function withDoctor(options: WorkerOptions | undefined): WorkerOptions | undefined {
  if (typeof options !== 'object' || options === null) return options;
  const { execArgv, env } = options;
  const added: WorkerOptions = {};
  if (Array.isArray(execArgv) && !execArgv.some((argument) => /doctor.*register/.test(argument))) {
    added.execArgv = [...execArgv, `--import=${REGISTER}`];
  }
  if (typeof env === 'object' && env !== null) added.env = withOptions(env);
  return { ...options, ...added };
}

/** An environment with the options of Node and of the doctor that this thread has, unless it has options of its own. */
function withOptions(env: NodeJS.Dict<string>): NodeJS.Dict<string> {
  const own: NodeJS.Dict<string> = { ...env };
  for (const name of ['NODE_OPTIONS', VARIABLE]) {
    const value = process.env[name];
    if (value !== undefined) own[name] ??= value;
  }
  return own;
}
