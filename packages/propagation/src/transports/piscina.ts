/**
 * Tasks of piscina, and of tinypool, that carry values: a task runs in the flow of the code that has started it.
 *
 * The threads of a pool belong to one application, so the values are believed.
 *
 * @see https://github.com/piscinajs/piscina
 */
import { invalidArgType } from '../errors.js';
import { open, seal } from './message-envelope.js';

/** A pool of threads: a `Piscina`, or a `Tinypool`. */
export interface TaskPool {
  // biome-ignore lint/suspicious/noExplicitAny: the pools declare different tasks, options and results
  readonly run: (task: any, options?: any) => Promise<any>;
}

/**
 * Runs a task in a thread of a pool, with the values of the current flow. Its handler must be wrapped with
 * `taskHandler()`.
 * @param pool a `Piscina` or a `Tinypool`
 * @param task any value that can be cloned, or the result of `Piscina.move()`
 * @param options the options of `run()` of the pool
 * @returns the promise of `run()` of the pool
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the pool cannot run tasks
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { runTask } from '@throughline/propagation/piscina';
 * import { Piscina } from 'piscina';
 *
 * const tenant = new Propagated('tenant');
 * const pool = new Piscina({ filename: new URL('./invoice-task.mjs', import.meta.url).href });
 * console.log(await tenant.run('acme', () => runTask(pool, 'invoice'))); // invoice of acme
 * await pool.destroy();
 * @see https://github.com/piscinajs/piscina#method-runtask-options
 */
export function runTask<Pool extends TaskPool>(
  pool: Pool,
  task: Parameters<Pool['run']>[0],
  ...options: Parameters<Pool['run']> extends [unknown, ...infer Rest] ? Rest : [options?: unknown]
): ReturnType<Pool['run']> {
  if (typeof pool?.run !== 'function') throw invalidArgType('runTask(): pool', 'a Piscina or a Tinypool', pool);
  return pool.run(sealTask(task), ...options) as ReturnType<Pool['run']>;
}

/**
 * Wraps the handler of tasks, so that it runs in the flow of the code that has started the task. A task that was not
 * started with `runTask()` is passed on unchanged, and has no values.
 * @param handler receives the task
 * @returns the function that the file of the pool exports
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the handler is not a function
 * @example
 * import { taskHandler } from '@throughline/propagation/piscina';
 *
 * const handle = taskHandler((task) => `${task} is done`); // in the file of the pool: export default
 * console.log(handle('invoice')); // invoice is done
 * @see https://github.com/piscinajs/piscina#usage
 */
export function taskHandler<Task, R>(handler: (task: Task) => R): (task: Task) => R {
  if (typeof handler !== 'function') throw invalidArgType('taskHandler(): handler', 'a function', handler);
  return (task) => {
    const { message, extracted } = open(task, true, 'the thread that uses the pool');
    return extracted.run(handler, message as Task);
  };
}

/** The properties of a task that `move()` of a pool returns: what is transferred, and the task itself. */
const MOVED_TASK_KEYS = ['Piscina', 'Tinypool'].map((pool) => ({
  transferable: Symbol.for(`${pool}.transferable`),
  value: Symbol.for(`${pool}.valueOf`),
}));

function sealTask(task: unknown): object {
  if (typeof task !== 'object' || task === null) return seal(task);
  const keys = MOVED_TASK_KEYS.find(({ transferable, value }) => transferable in task && value in task);
  const mark = moveMarkOf(task);
  if (keys === undefined || mark === undefined) return seal(task);
  const moved = {
    [keys.transferable]: Reflect.get(task, keys.transferable),
    [keys.value]: seal(Reflect.get(task, keys.value)),
  };
  return Object.defineProperty(moved, mark, { value: true });
}

/** Returns the symbol with which `move()` marks a task. It is not registered, and each copy of a pool has its own. */
function moveMarkOf(task: object): symbol | undefined {
  return Object.getOwnPropertySymbols(task).find(({ description = '' }) => description.endsWith('.kMovable'));
}
