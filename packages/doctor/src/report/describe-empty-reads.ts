/** Describes findings of kind 4: a read without a value, and the origin of the code that read. */
import type { EmptyRead } from '../runtime/empty-reads.js';
import { isUserFrame } from '../runtime/stack.js';
import type { Finding } from './finding.js';
import { innermostPlace, withNotes } from './finding-places.js';
import { isAtModuleLevel, placeOfFrame } from './place.js';

/** What Node's types of resources are to the application. */
const TITLES: Readonly<Record<string, string>> = {
  Timeout: 'a timer',
  Immediate: 'an immediate',
  TickObject: 'process.nextTick()',
  Microtask: 'queueMicrotask()',
  PROMISE: 'a promise',
  TCPSERVERWRAP: 'a server',
  PIPESERVERWRAP: 'a server',
  TCPWRAP: 'a socket',
  PIPEWRAP: 'a socket',
  TCPCONNECTWRAP: 'a socket',
  TLSWRAP: 'a socket',
  UDPWRAP: 'a socket',
  HTTPINCOMINGMESSAGE: 'a request',
  HTTPCLIENTREQUEST: 'a request',
  MESSAGEPORT: 'a message port',
  WORKER: 'a worker',
  PROCESSWRAP: 'a process',
  FSREQCALLBACK: 'a file operation',
  FSEVENTWRAP: 'a file watcher',
  GETADDRINFOREQWRAP: 'a DNS query',
  SIGNALWRAP: 'a signal',
};

export function describeEmptyRead({ storage, stack, origin, count }: EmptyRead): Finding {
  const { name } = storage;
  const entry = stack.filter((frame) => isUserFrame(frame) && !frame.isAsync).at(-1);
  const read = innermostPlace(stack);
  const isEntry = entry !== undefined && placeOfFrame(entry)?.line !== read?.line;
  const [nearest] = origin;
  const isModuleLevel = entry !== undefined && isAtModuleLevel(entry);
  const from = isModuleLevel ? 'module level' : nearest === undefined ? 'code of a package' : titleOf(nearest.type);
  return {
    kind: 'empty read',
    severity: 'empty',
    storage: name,
    message: `\`${name}\` was read in no flow, by code that comes from ${from}`,
    count,
    places: withNotes([
      [read, 'where it was read'],
      ...(isEntry
        ? [[placeOfFrame(entry), isModuleLevel ? 'called at module level' : 'called from here'] as const]
        : []),
      ...origin.map(({ type, frame }) => [placeOfFrame(frame), `in ${titleOf(type)} that was made here`] as const),
    ]),
    remedy: { text: `open a scope where this work begins: ${name}.run(value, () => …)`, code: null },
  };
}

function titleOf(type: string): string {
  return TITLES[type] ?? type;
}
