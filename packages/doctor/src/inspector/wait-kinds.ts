/** The resources of Node that a flow can wait for, by the type that its async hooks name. */

export const WAIT_KINDS = [
  'timer',
  'promise',
  'socket',
  'request',
  'file',
  'dns',
  'process',
  'computation',
  'callback',
  'server',
  'watcher',
] as const;

export type WaitKind = (typeof WAIT_KINDS)[number];

interface WaitType {
  readonly kind: WaitKind;
  /** What the resource is to the application. */
  readonly title: string;
  /** Whether it ends when it is destroyed. All others end when their callback has run. */
  readonly isLasting?: boolean;
  /** Whether it may stay open without ever calling back, so that a flow does not wait for it. */
  readonly isHolding?: boolean;
}

const socket = { kind: 'socket', title: 'open socket', isLasting: true, isHolding: true } as const;
const server = { kind: 'server', title: 'server', isLasting: true, isHolding: true } as const;
const watcher = { kind: 'watcher', isLasting: true, isHolding: true } as const;
const write = { kind: 'socket', title: 'write to a socket' } as const;
const connect = { kind: 'socket', title: 'connection to a server' } as const;

const TYPES: Readonly<Record<string, WaitType>> = {
  Timeout: { kind: 'timer', title: 'timer', isLasting: true },
  Immediate: { kind: 'timer', title: 'immediate' },
  PROMISE: { kind: 'promise', title: 'promise' },
  TCPWRAP: socket,
  PIPEWRAP: socket,
  TLSWRAP: socket,
  UDPWRAP: socket,
  TTYWRAP: socket,
  TCPSERVERWRAP: server,
  PIPESERVERWRAP: server,
  TCPCONNECTWRAP: connect,
  PIPECONNECTWRAP: connect,
  WRITEWRAP: write,
  SHUTDOWNWRAP: { kind: 'socket', title: 'end of a socket' },
  UDPSENDWRAP: write,
  HTTPCLIENTREQUEST: { kind: 'request', title: 'HTTP response', isLasting: true },
  HTTPINCOMINGMESSAGE: { kind: 'request', title: 'HTTP request', isLasting: true, isHolding: true },
  HTTP2SESSION: { kind: 'request', title: 'HTTP/2 session', isLasting: true, isHolding: true },
  HTTP2STREAM: { kind: 'request', title: 'HTTP/2 stream', isLasting: true },
  FSREQCALLBACK: { kind: 'file', title: 'file operation' },
  FSREQPROMISE: { kind: 'file', title: 'file operation' },
  FILEHANDLE: { kind: 'file', title: 'open file', isLasting: true, isHolding: true },
  FILEHANDLECLOSEREQ: { kind: 'file', title: 'file operation' },
  GETADDRINFOREQWRAP: { kind: 'dns', title: 'DNS query' },
  GETNAMEINFOREQWRAP: { kind: 'dns', title: 'DNS query' },
  QUERYWRAP: { kind: 'dns', title: 'DNS query' },
  PROCESSWRAP: { kind: 'process', title: 'child process', isLasting: true },
  WORKER: { kind: 'process', title: 'worker', isLasting: true },
  MESSAGEPORT: { kind: 'process', title: 'message port', isLasting: true, isHolding: true },
  ZLIB: { kind: 'computation', title: 'compression' },
  PBKDF2REQUEST: { kind: 'computation', title: 'key derivation' },
  SCRYPTREQUEST: { kind: 'computation', title: 'key derivation' },
  RANDOMBYTESREQUEST: { kind: 'computation', title: 'random bytes' },
  HASHREQUEST: { kind: 'computation', title: 'hash' },
  CIPHERREQUEST: { kind: 'computation', title: 'encryption' },
  VERIFYREQUEST: { kind: 'computation', title: 'signature' },
  SIGNREQUEST: { kind: 'computation', title: 'signature' },
  KEYPAIRGENREQUEST: { kind: 'computation', title: 'key generation' },
  FSEVENTWRAP: { ...watcher, title: 'file watcher' },
  STATWATCHER: { ...watcher, title: 'file watcher' },
  SIGNALWRAP: { ...watcher, title: 'signal' },
};

/** A class of the application, or of a package, that extends `AsyncResource`. */
const OTHER: WaitType = { kind: 'callback', title: 'callback' };

/** Resources that Node makes for itself, or that end in the same turn of the event loop. */
const IGNORED: ReadonlySet<string> = new Set([
  'TickObject',
  'Microtask',
  'RANDOMPRIMEREQUEST',
  'BLOBREADER',
  'ELDHISTOGRAM',
]);

/** @returns undefined for a resource that no flow waits for */
export function waitTypeOf(type: string): WaitType | undefined {
  if (IGNORED.has(type)) return undefined;
  return Object.hasOwn(TYPES, type) ? TYPES[type] : OTHER;
}

/** Whether a timer repeats itself. Node sets this property before it calls the hooks. */
export function isInterval(timer: NodeJS.Timeout | undefined): boolean {
  return timer !== undefined && typeof Reflect.get(timer, '_repeat') === 'number';
}

/** What a resource is to the application. */
export function titleOfType(type: string): string {
  const { title } = waitTypeOf(type) ?? OTHER;
  return title === OTHER.title ? `callback of ${type.slice(0, 60)}` : title;
}

/** The title of a wait, with the time of a timer. */
export function titleOfWait(type: string, timer: NodeJS.Timeout | undefined): string {
  if (timer === undefined) return titleOfType(type);
  const time: unknown = Reflect.get(timer, isInterval(timer) ? '_repeat' : '_idleTimeout');
  // A timer that has ended has no time.
  const suffix = typeof time === 'number' && time >= 0 ? ` of ${timeText(time)}` : '';
  return `${isInterval(timer) ? 'interval' : titleOfType(type)}${suffix}`;
}

function timeText(milliseconds: number): string {
  const isInSeconds = milliseconds >= 10_000 && milliseconds % 1000 === 0;
  return isInSeconds ? `${milliseconds / 1000} s` : `${Math.round(milliseconds)} ms`;
}
