/**
 * Starts the doctor: `node --import @throughline/doctor/register app.js`. From then on, every module that Node loads is
 * instrumented, all storages are watched, and the findings are printed when the process ends.
 *
 *     Node 22.15, 23.5 and newer    import and require    synchronous-hooks.ts, commonjs-loader.ts
 *     older versions                import                asynchronous-hooks.ts, in a separate thread
 *                                   require               commonjs-loader.ts
 *     Deno 2.9 and newer            import and require    synchronous-hooks.ts
 *     test runners that compile the files themselves        vm-loader.ts
 *     threads with arguments or an environment of their own worker-loader.ts
 *
 * Bun is refused. It hands an ES module over to a plugin, but no CommonJS module that is imported, and it removes the
 * comments by which inserted text is told from that of a function.
 */
import module from 'node:module';
import { isMainThread, MessageChannel, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { FileTable } from '../instrument/file-table.js';
import { parser } from '../instrument/parser.js';
import { parseOptions, VARIABLE } from '../options.js';
import { setProgramOptions } from '../program-options.js';
import { reportAtEnd } from '../report/report-at-end.js';
import { recordEmptyReads } from '../runtime/empty-reads.js';
import { addFileTable, receiveFromHooksWith } from '../runtime/file-tables.js';
import { install } from '../runtime/install.js';
import { recordOutlivedFrames } from '../runtime/outlived-frames.js';
import { recordSharedWork } from '../runtime/shared-work.js';
import { addSkippedFile, type SkippedFile } from '../runtime/skipped-files.js';
import type { HooksData } from './asynchronous-hooks.js';
import { patchCommonJsLoader } from './commonjs-loader.js';
import type { LoaderState, SourceMaps } from './instrument-loaded-file.js';
import { registerSynchronousHooks } from './synchronous-hooks.js';
import { patchVm } from './vm-loader.js';
import { patchWorkers } from './worker-loader.js';

const require = module.createRequire(import.meta.url);

/** The bundle, also if this file was not loaded from there: the thread of the hooks shares nothing with this one. */
const ASYNCHRONOUS_HOOKS = new URL('../../lib/node/asynchronous-hooks.cjs', import.meta.url).href;

/**
 * With --require, Node also loads this file in the thread of its hooks, which has no parent as a worker has. Nothing of the
 * application runs there.
 */
if (isMainThread || parentPort !== null) watchProgram();

function watchProgram(): void {
  if (process.versions.bun !== undefined) throw bunIsUnsupported();
  // Its hooks do not resolve the imports of an ES module that is required while they are registered.
  if (process.versions.deno !== undefined) parser();
  const options = parseOptions(process.env[VARIABLE]);
  setProgramOptions(options);
  /** Checks every function, for the tests of transparency. */
  const isForced = process.env.THROUGHLINE_DOCTOR_FORCED === '1';
  const sourceMaps = (): SourceMaps => {
    if (process.env.NODE_V8_COVERAGE !== undefined) return 'all';
    return Reflect.get(process, 'sourceMapsEnabled') ? 'generated' : 'none';
  };
  const { dependencies } = options;
  const state: LoaderState = {
    dependencies,
    isForced,
    sourceMaps,
    addTable: addFileTable,
    addSkippedFile,
    unchanged: new Map(),
    nextSite: 0,
  };
  install(isForced);
  if (options.emptyReads) recordEmptyReads();
  if (options.sharedWork) recordSharedWork();
  if (options.outlived > 0) recordOutlivedFrames(options.outlived);
  if (typeof module.registerHooks === 'function') registerSynchronousHooks(state);
  else registerAsynchronousHooks({ dependencies, isForced, sourceMaps: sourceMaps() });
  patchCommonJsLoader(state);
  patchVm(state);
  if (process.versions.deno === undefined) patchWorkers();
  module.syncBuiltinESMExports();
  reportAtEnd(options);
  if (options.inspectFlows) {
    // scripts/bundle.mjs makes it a file of its own: without the option, a program starts faster.
    const { inspectProgram }: typeof import('../inspector/inspect-flows.js') = require('../inspector/inspect-flows.js');
    inspectProgram(options);
  }
}

function bunIsUnsupported(): Error & { code: string } {
  const message =
    'The doctor cannot check a program in Bun, which shows inserted code to the program and loads CommonJS modules ' +
    'without a hook. Run the program with Node: npx throughline-doctor app.js';
  return Object.assign(new Error(message), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
}

function registerAsynchronousHooks(options: Omit<HooksData, 'port'>): void {
  const { port1, port2 } = new MessageChannel();
  const data: HooksData = { ...options, port: port2 };
  module.register(ASYNCHRONOUS_HOOKS, { data, transferList: [port2] });
  port1.unref();
  receiveFromHooksWith(() => {
    for (let received = receiveMessageOnPort(port1); received; received = receiveMessageOnPort(port1)) {
      const message: FileTable | SkippedFile = received.message;
      if ('sites' in message) addFileTable(message);
      else addSkippedFile(message);
    }
  });
}
