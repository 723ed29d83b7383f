/** Starts the inspector in this process: by an option of the doctor, or by a call. */
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { checkOptionNames, type DoctorOptions, isPort } from '../options.js';
import { programOptions } from '../program-options.js';
import { observeSignal } from '../report/process-events.js';
import { REPORT_SIGNAL } from '../report/report-signal.js';
import { STDERR, writeAll } from '../report/standard-streams.js';
import { callInScope } from '../runtime/current-scope.js';
import { isInstalled } from '../runtime/install.js';
import { formatLiveFlows } from './dump-flows.js';
import { recordFlows } from './flow-registry.js';
import { holdRecording } from './recording-lease.js';
import { type Redact, redactNames, redactWith } from './redaction.js';

/** The options of `inspectFlows()`. */
export interface InspectOptions {
  /** The port of the page; `0` lets the system choose one. Default: `0`, or the port of `--inspect-flows`. */
  readonly port?: number | undefined;
  /** Determines which values are shown. Default: all, except properties with names such as `password` or `token`. */
  readonly redact?: Redact | undefined;
  /** Records what flows wait for also while the page is not open, which slows the program down. Default: `false`. */
  readonly recordWaits?: boolean | undefined;
}

/** The inspector of the flows of this process. */
export interface FlowInspector {
  /** The address of its page. It contains a token, without which the page is not served. */
  readonly url: string;
  /** Closes the page. */
  close(): Promise<void>;
}

const OPTIONS: Readonly<Record<keyof InspectOptions, true>> = { port: true, redact: true, recordWaits: true };

let isOn = false;
let opened: Promise<FlowInspector> | undefined;
let releaseRecording: (() => void) | undefined;

/**
 * Opens a page on this machine that shows the live flows of this process: their ages, values, places, and what they wait for.
 * Requires `@throughline/doctor/register`, which must be loaded before the program. If the page is open already, for example
 * by `--inspect-flows`, it is returned, and only `redact` and `recordWaits` have an effect.
 * @param options the port, what is shown of values, and whether waits are always recorded
 * @returns the inspector, when its page can be opened
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the port is not an integer from 0 to 65535
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown; `ERR_INVALID_ARG_TYPE` if `redact` is not a
 * function
 * @throws {Error} `ERR_INVALID_STATE` if `@throughline/doctor/register` was not loaded; `EADDRINUSE` if the port is in use
 * @example
 * import { inspectFlows } from '@throughline/doctor';
 *
 * const { url, close } = await inspectFlows({ redact: (storage) => storage === 'sessions' });
 * console.log(url.replace(/:\d+.[\w-]+/, ':<port>/<token>')); // http://127.0.0.1:<port>/<token>/
 * await close();
 */
export async function inspectFlows(options: InspectOptions = {}): Promise<FlowInspector> {
  checkOptionNames('inspectFlows()', options, OPTIONS);
  const given = programOptions();
  const { port = given?.inspectPort ?? 0, redact, recordWaits = given?.recordWaits ?? false } = options;
  if (!isPort(port)) {
    throw Object.assign(new RangeError(`The option port must be an integer from 0 to 65535, not ${String(port)}.`), {
      code: 'ERR_OUT_OF_RANGE',
    });
  }
  if (!isInstalled()) {
    throw Object.assign(
      new Error('The doctor is not loaded. Start the program with node --import @throughline/doctor/register app.js.'),
      { code: 'ERR_INVALID_STATE' },
    );
  }
  if (redact !== undefined && typeof redact !== 'function') {
    throw Object.assign(new TypeError(`The option redact must be a function, not ${typeof redact}.`), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
  }
  if (redact !== undefined) redactWith(redact);
  // The program can call this although it was not started with --inspect-flows.
  if (given !== undefined) redactNames(given.redact);
  isOn = true;
  recordFlows();
  // What the inspector starts belongs to no flow.
  return callInScope(undefined, () => {
    if (recordWaits) releaseRecording ??= holdRecording();
    opened ??= open(port);
    return opened;
  });
}

/**
 * Returns the live flows of this process as text: their ages, values, places, and what they wait for. A signal `SIGURG`
 * prints the same.
 *
 * What flows wait for is recorded for a minute from a call on, and while the page is open.
 * @returns the text, which ends with a line break
 * @example
 * import { dumpFlows } from '@throughline/doctor';
 *
 * console.log(dumpFlows().slice(0, 18)); // throughline-doctor
 */
export function dumpFlows(): string {
  if (isOn) return formatLiveFlows();
  return 'throughline-doctor: no flows are recorded. Start the program with throughline-doctor --inspect-flows app.js\n';
}

/** Starts the inspector before the program, and prints the address of its page. */
export function inspectProgram({ inspectPort, redact, recordWaits }: DoctorOptions): void {
  redactNames(redact);
  isOn = true;
  recordFlows();
  if (recordWaits) releaseRecording ??= holdRecording();
  // The flows of other threads are not shown.
  if (!isMainThread) return;
  if (process.platform !== 'win32') observeSignal(REPORT_SIGNAL, () => writeAll(STDERR, formatLiveFlows()));
  const program = `${basename(process.argv[1] ?? process.title)}, process ${process.pid}`;
  // A parent process such as npm runs on Node too, and has taken the port before the program that it starts.
  opened = open(inspectPort).catch((error) => {
    if (inspectPort === 0 || error.code !== 'EADDRINUSE') throw error;
    writeAll(STDERR, `throughline-doctor: Port ${inspectPort} is in use, so ${program} has another one.\n`);
    opened = open(0);
    return opened;
  });
  opened.then(
    ({ url }) => writeAll(STDERR, `throughline-doctor: The live flows of ${program}: ${url}\n`),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      writeAll(STDERR, `throughline-doctor: The page of the flows of ${program} could not be opened: ${message}\n`);
    },
  );
}

async function open(port: number): Promise<FlowInspector> {
  try {
    // Loaded only if it is needed: it loads node:http.
    const { startInspectorServer } = await import('./inspector-server.js');
    const { url, close } = await startInspectorServer(port);
    return {
      url,
      async close() {
        opened = undefined;
        releaseRecording?.();
        releaseRecording = undefined;
        await close();
      },
    };
  } catch (error) {
    opened = undefined;
    throw error;
  }
}
