/**
 * Starts the doctor: `node --import @throughline/doctor/register app.js`. From then on, every module that Node loads is
 * instrumented, all storages are watched, and the findings are printed when the process ends.
 *
 *     Node 22.15, 23.5 and newer    import and require    synchronous-hooks.ts, commonjs-loader.ts
 *     older versions                import                asynchronous-hooks.ts, in a separate thread
 *                                   require               commonjs-loader.ts
 */
import module from 'node:module';
import { isMainThread, MessageChannel, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { inspectProgram } from '../inspector/inspect-flows.js';
import type { FileTable } from '../instrument/file-table.js';
import { parseOptions, VARIABLE } from '../options.js';
import { reportAtEnd } from '../report/report-at-end.js';
import { recordEmptyReads } from '../runtime/empty-reads.js';
import { addFileTable, receiveFileTablesWith } from '../runtime/file-tables.js';
import { install } from '../runtime/install.js';
import { recordSharedWork } from '../runtime/shared-work.js';
import type { HooksData } from './asynchronous-hooks.js';
import { patchCommonJsLoader } from './commonjs-loader.js';
import type { LoaderState } from './instrument-loaded-file.js';
import { registerSynchronousHooks } from './synchronous-hooks.js';

/**
 * With --require, Node also loads this file in the thread of its hooks, which has no parent as a worker has. Nothing of the
 * application runs there.
 */
if (isMainThread || parentPort !== null) watchProgram();

function watchProgram(): void {
  const options = parseOptions(process.env[VARIABLE]);
  /** Checks every function, for the tests of transparency. */
  const isForced = process.env.THROUGHLINE_DOCTOR_FORCED === '1';
  const needsSourceMaps = () =>
    Boolean(Reflect.get(process, 'sourceMapsEnabled')) || process.env.NODE_V8_COVERAGE !== undefined;
  const { dependencies } = options;
  const state: LoaderState = { dependencies, isForced, needsSourceMaps, addTable: addFileTable, nextSite: 0 };
  install(isForced);
  if (options.emptyReads) recordEmptyReads();
  if (options.sharedWork) recordSharedWork();
  if (typeof module.registerHooks === 'function') registerSynchronousHooks(state);
  else registerAsynchronousHooks({ dependencies, isForced, needsSourceMaps: needsSourceMaps() });
  patchCommonJsLoader(state);
  module.syncBuiltinESMExports();
  reportAtEnd(options);
  if (options.inspectFlows) inspectProgram(options);
}

function registerAsynchronousHooks(options: Omit<HooksData, 'port'>): void {
  const { port1, port2 } = new MessageChannel();
  const data: HooksData = { ...options, port: port2 };
  module.register('./asynchronous-hooks.js', import.meta.url, { data, transferList: [port2] });
  port1.unref();
  receiveFileTablesWith(() => {
    for (let message = receiveMessageOnPort(port1); message; message = receiveMessageOnPort(port1)) {
      addFileTable(message.message as FileTable);
    }
  });
}
