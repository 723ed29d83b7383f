/** Describes findings of kind 6: a frame that outlives its flow. */
import type { HeldValue, OutlivedFrames } from '../runtime/outlived-frames.js';
import type { WorkKind } from '../runtime/pending-work.js';
import { isFileFrame, isUserFrame, type Stack } from '../runtime/stack.js';
import type { Finding } from './finding.js';
import { innermostPlace, nameOf, withNotes } from './finding-places.js';
import type { Place } from './place.js';
import { remedyForHolder } from './remedies.js';

const HOLDERS: Readonly<Record<WorkKind, string>> = {
  interval: 'setInterval()',
  timer: 'setTimeout()',
  socket: 'a socket',
  server: 'a server',
  watcher: 'a file watcher',
  process: 'a child process',
  worker: 'a worker',
  'message port': 'a message port',
  'signal listener': 'a listener of a signal',
  'bound function': 'a function that was bound to the flow',
  promise: 'an async function that waits for a promise',
};

/** What ends each. */
const ENDS: Readonly<Record<WorkKind, string>> = {
  interval: 'call clearInterval() when the flow ends',
  timer: 'call clearTimeout() when the flow ends',
  socket: 'close the socket when the flow ends',
  server: 'close the server when the flow ends',
  watcher: 'close the watcher when the flow ends',
  process: 'end the process when the flow ends',
  worker: 'terminate the worker when the flow ends',
  'message port': 'close the port when the flow ends',
  'signal listener': 'remove the listener when the flow ends',
  'bound function': 'remove what keeps the function, such as a listener, when the flow ends',
  promise: 'settle the promise when the flow ends, as with an AbortSignal',
};

/** From this number of flows on, an interval that a package makes is not a singleton that is made lazily. */
const REPEATED_FLOWS = 3;

/** Connections that Node keeps open for later requests. */
const AGENTS = /^node:(?:_http_agent|internal\/deps\/undici|internal\/http2)/;

export function describeOutlivedFrames({ kind, stack, flow, heldFor, values, flows }: OutlivedFrames): Finding {
  const names = values.map(({ storage }) => nameOf(storage));
  const place = innermostPlace(stack);
  const [first = 'the frame'] = names;
  const subject = names.length === 1 ? `the value of \`${first}\`` : `${names.length} values`;
  const time = durationOf(heldFor);
  const isRepeated = kind === 'interval' && flows.size >= REPEATED_FLOWS;
  return {
    kind: 'outlived frame',
    severity: isMadeByApplication(stack) || isRepeated ? 'held' : 'kept',
    storage: names[0] ?? null,
    message: `${subject} of flow ${flow} ${names.length === 1 ? 'is' : 'are'} still held by ${HOLDERS[kind]} ${time} after the flow ended`,
    count: flows.size,
    places: withNotes([[place, `made in the flow, and holds ${listOf(values)}`]]),
    remedy: remedyFor(kind, place, values),
  };
}

/** Packages keep connections and timers of their own, which they make when they are first needed. */
function isMadeByApplication(stack: Stack): boolean {
  const maker = stack.findIndex(isFileFrame);
  const frame = stack[maker];
  return (
    frame !== undefined && isUserFrame(frame) && !stack.slice(0, maker).some(({ file }) => AGENTS.test(file ?? ''))
  );
}

function listOf(values: readonly HeldValue[]): string {
  return values.map(({ storage, size }) => `${nameOf(storage)} (${size})`).join(', ');
}

function remedyFor(kind: WorkKind, place: Place | undefined, values: readonly HeldValue[]): Finding['remedy'] {
  const hasExit = values.every(({ storage }) => typeof Reflect.get(storage, 'exit') === 'function');
  // A function that was bound to the flow was bound on purpose.
  const canMove = kind !== 'promise' && kind !== 'bound function' && hasExit;
  const names = values.map(({ storage }) => nameOf(storage));
  return (
    (canMove && remedyForHolder(place, names, `${ENDS[kind]}, or make it outside of the flow`)) || {
      text: ENDS[kind],
      code: null,
    }
  );
}

function durationOf(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;
}
