/**
 * Rule 9: a method of a stream's source, sink or transformer runs in the frame of the call that causes it.
 *
 * If the stream is idle, the platform calls the method during that call, so the current frame is the right one.
 * Otherwise, the platform calls the method later, in the root. The calls are therefore recorded (stream-calls.ts), and
 * the constructors replace the source by a substitute, whose methods select the frame:
 *
 *     new ReadableStream(source)   --->   native constructor(substitute)
 *     reader.read()                --->   native read(), and recorded for the stream
 *                                             |
 *     source.pull()  in the frame of read()  <---  substitute.pull(), now or later
 *
 * A stream that was created before the patches were installed, or in another realm, has no record. Its deferred methods
 * run in the root.
 */
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { wrapThenable } from '../engine/wrap-thenable.js';
import { isObject } from '../is-object.js';
import {
  type CallWrapper,
  disguise,
  patchAlias,
  patchMethod,
  patchProperty,
  wrapCall,
  wrapConstructor,
  wrapMembers,
} from './patch.js';
import { bodyReaders } from './platform-patterns.js';
import { SinkCalls, SourceCalls } from './stream-calls.js';
import { createSubstitute, substituteIterable } from './substitutes.js';

type Calls = SourceCalls | SinkCalls;
type Method = (...args: unknown[]) => unknown;
/** Selects the frame of a method that the platform calls while no recorded call is running. */
type SelectFrame<C> = (calls: C) => OpaqueFrame | undefined;
type Selectors<C> = { readonly [key: string]: SelectFrame<C> };
/** @param isDone whether the platform has called a method of the source or the sink during the call */
type Recorder<C> = (calls: C, frame: OpaqueFrame | undefined, isDone: boolean, self: object) => void;

/** The calls on each stream that can be read. Its readers and iterators share them. */
const sources = new WeakMap<object, SourceCalls>();
/** The calls on each stream that can be written. Its writers share them. */
const sinks = new WeakMap<object, SinkCalls>();
/** The calls on the stream of each controller. */
const controllers = new WeakMap<object, SourceCalls>();
/** The stream that was passed to the constructor of a request or a response. */
const bodies = new WeakMap<object, object>();

/** The stream on which a recorded call is running that has not yet called a method of the source or the sink. */
let active: Calls | undefined;

/** Increases when the patches are installed and when they are reverted. */
let installation = 0;

const start = () => current.frame;
// A signal that aborts a pipe cancels and aborts during the call of its controller's `abort()`.
const cancel = (calls: Calls) => calls.frameOfCancel(current.frame);
const abort = (calls: SinkCalls) => calls.frameOfAbort(current.frame);
const close = (calls: SinkCalls) => calls.frameOfClose();
const write = (calls: SinkCalls) => calls.frameOfWrite();
const pull = (calls: SourceCalls) => calls.frameOfPull();
const next = (calls: SourceCalls) => calls.frameOfPull();

const sourceMethods: Selectors<SourceCalls> = { start, pull, cancel };
const iteratorMethods: Selectors<SourceCalls> = { next, return: cancel };
const sinkMethods: Selectors<SinkCalls> = { start, write, close, abort };
const transformerMethods: Selectors<SinkCalls> = { start, transform: write, flush: close, cancel };

/**
 * Returns an object with the members of another object. Its methods call those of the other object, each in its frame.
 */
function substitute<C extends Calls>(object: object, calls: C, selectors: Selectors<C>): object {
  const createdIn = installation;
  return createSubstitute(object, (key, method) => {
    const selectFrame = Object.hasOwn(selectors, key) ? selectors[key as string] : undefined;
    // The chunks of a stream of bytes have any size. If there is no `pull()`, the reads would be kept for nothing.
    const isUncounted = key === 'pull' ? method === undefined : key === 'type' && method !== undefined;
    if (isUncounted && calls instanceof SourceCalls) calls.stopCounting();
    if (typeof method !== 'function' || selectFrame === undefined) return method;
    if (selectFrame !== start) calls.hasMethods = true;
    if (selectFrame === write) (calls as SinkCalls).receivesChunks = true;
    let isControllerKnown = selectFrame === cancel || (selectors as unknown) !== sourceMethods;
    // Inlined, not runInFrame(): most of these methods are called for each chunk.
    // Benchmark: npm run bench -- --browsers --only read,write
    return (...args: unknown[]) => {
      const outer = current.frame;
      // After uninstall(), calls are not recorded.
      if (createdIn === installation) {
        if (!isControllerKnown) {
          isControllerKnown = true;
          const controller = args[0] as ReadableStreamDefaultController;
          controllers.set(controller, calls as SourceCalls);
          // The queue is empty when the first method is called. For a fraction of a chunk, it holds a whole one.
          (calls as SourceCalls).highWaterMark ??= Math.ceil(controller.desiredSize as number);
        }
        if (active === calls || (selectFrame === cancel && active !== undefined && active === calls.readable)) {
          active = undefined;
        } else current.frame = selectFrame(calls);
        if (selectFrame === next) (calls as SourceCalls).addChunk();
      }
      try {
        return wrapThenable(Reflect.apply(method, object, args));
      } finally {
        current.frame = outer;
      }
    };
  });
}

/** Constructs a stream with a substitute for its source, sink or transformer. */
function constructWith<C extends Calls>(
  args: unknown[],
  calls: C,
  selectors: Selectors<C>,
  construct: () => object,
  map: WeakMap<object, Calls>,
): object {
  if (isObject(args[0])) args[0] = substitute(args[0], calls, selectors);
  const stream = construct();
  if (calls.hasMethods) map.set(stream, calls);
  return stream;
}

/** The size of a chunk is 1 without a `size()` function, and with the one of `CountQueuingStrategy`. */
function observeStrategy(strategy: unknown, calls: SourceCalls): unknown {
  if (!isObject(strategy)) return strategy;
  return createSubstitute(strategy, (key, value) => {
    if (key === 'size' && value !== undefined && value !== countSize()) calls.stopCounting();
    return value;
  });
}

function countSize(): unknown {
  return new CountQueuingStrategy({ highWaterMark: 1 }).size;
}

function patchConstructors(): void {
  wrapConstructor('ReadableStream', (construct, args) => {
    const calls = new SourceCalls(current.frame);
    args[1] = observeStrategy(args[1], calls);
    return constructWith(args, calls, sourceMethods, construct, sources);
  });
  wrapConstructor('WritableStream', (construct, args) =>
    constructWith(args, new SinkCalls(current.frame), sinkMethods, construct, sinks),
  );
  wrapConstructor('TransformStream', (construct, args) => {
    const readable = new SourceCalls(current.frame);
    readable.stopCounting();
    const calls = new SinkCalls(current.frame, readable);
    const stream = constructWith(args, calls, transformerMethods, construct, sinks);
    if (calls.hasMethods) {
      sources.set(stream, readable);
      // A subclass may have overridden the accessors.
      addHolder(sources, Reflect.get(TransformStream.prototype, 'readable', stream), stream);
      addHolder(sinks, Reflect.get(TransformStream.prototype, 'writable', stream), stream);
    }
    return stream;
  });
  for (const kind of ['Default', 'BYOB']) {
    wrapConstructor(`ReadableStream${kind}Reader`, (construct, [stream]) => addHolder(sources, construct(), stream));
  }
  wrapConstructor('WritableStreamDefaultWriter', (construct, [stream]) => addHolder(sinks, construct(), stream));
}

/** Makes an object share the calls on the stream that it belongs to, and returns the object. */
function addHolder<T extends object>(map: WeakMap<object, Calls>, holder: T, stream: unknown): T {
  const calls = map.get(stream as object);
  if (calls !== undefined) map.set(holder, calls);
  return holder;
}

/**
 * Makes a method record its calls.
 *
 * @param map the calls by the object on which the method is called
 */
function recordCalls<C extends Calls>(map: WeakMap<object, C>, record?: Recorder<C>): (native: Method) => Method {
  return (native) =>
    ({
      // No method has more than two parameters. Inlined, because most methods are called for each chunk.
      // Benchmark: npm run bench -- --browsers --only read,write
      call(this: object, first: unknown, second: unknown): unknown {
        const calls = map.get(this);
        if (calls === undefined) return native.call(this, first, second);
        const { frame } = current;
        const outer = active;
        active = calls;
        try {
          return native.call(this, first, second);
        } finally {
          // The call may have released the lock, in a callback.
          if (map.get(this) === calls) record?.(calls, frame, active !== calls, this);
          active = outer;
        }
      },
    }).call;
}

const addRead: Recorder<SourceCalls> = (calls, frame, isDone) => calls.addRead(frame, isDone);

function patchReading(): void {
  for (const kind of ['Default', 'BYOB']) {
    const path = `ReadableStream${kind}Reader.prototype`;
    patchMethod(path, 'read', recordCalls(sources, addRead));
    patchMethod(path, 'cancel', recordCalls(sources));
    patchRelease(path, sources);
  }
  patchMethod('ReadableStream.prototype', 'cancel', recordCalls(sources));
  patchMethod(
    'ReadableStreamDefaultController.prototype',
    'enqueue',
    (native: Method) =>
      ({
        enqueue(this: object, chunk: unknown): unknown {
          controllers.get(this)?.addChunk();
          return native.call(this, chunk);
        },
      }).enqueue,
  );
  patchHolders('ReadableStream', 'getReader', sources);
}

function patchIteration(): void {
  const { ReadableStream } = globalThis;
  if (ReadableStream?.prototype.values === undefined) return;
  const iterators = Object.getPrototypeOf(new ReadableStream().values());
  patchHolders('ReadableStream', 'values', sources);
  patchAlias('ReadableStream.prototype', 'values', Symbol.asyncIterator);
  for (const [key, record] of Object.entries({
    next: addRead,
    // Waits for the result of `next()`, and cancels the stream. Later calls of `next()` read nothing.
    return: ((calls, frame, _, iterator) => {
      calls.addOwner(frame);
      sources.delete(iterator);
    }) as Recorder<SourceCalls>,
  })) {
    patchProperty(iterators, key, `ReadableStreamAsyncIterator.prototype.${key}`, ({ value }) =>
      // In Node, each iterator has its own methods.
      typeof value === 'function' ? { value: disguise(recordCalls(sources, record)(value), value) } : undefined,
    );
  }
  wrapCall('ReadableStream', 'from', (call, _, args) => {
    const calls = new SourceCalls(current.frame);
    calls.highWaterMark = 0;
    if (isObject(args[0])) {
      args[0] = substituteIterable(args[0], (iterator) => substitute(iterator, calls, iteratorMethods));
    }
    const stream = call() as object;
    sources.set(stream, calls);
    return stream;
  });
}

function patchWriting(): void {
  const path = 'WritableStreamDefaultWriter.prototype';
  patchMethod(
    path,
    'write',
    recordCalls(sinks, (calls, frame, isDone) => {
      if (!isDone) calls.addWrite(frame);
    }),
  );
  for (const key of ['close', 'abort'] as const) {
    const addEnd: Recorder<SinkCalls> = (calls, frame, _, self) => {
      // On a locked stream, the method fails. A writer has no such property.
      if (!(self as Partial<WritableStream>).locked) calls.addEnd(key, frame);
    };
    for (const owner of [path, 'WritableStream.prototype']) patchMethod(owner, key, recordCalls(sinks, addEnd));
  }
  patchRelease(path, sinks);
  patchHolders('WritableStream', 'getWriter', sinks);
}

/** Patches a method that returns a reader, a writer or an iterator. */
function patchHolders(className: string, key: string, map: WeakMap<object, Calls>): void {
  wrapCall(`${className}.prototype`, key, (call, self) => {
    const holder = call() as object;
    // An iterator that does not inherit its methods from a prototype that is patched.
    if (Object.hasOwn(holder, 'next')) map.get(self as object)?.addOwner(current.frame);
    return addHolder(map, holder, self);
  });
}

function patchRelease(path: string, map: WeakMap<object, Calls>): void {
  wrapCall(path, 'releaseLock', (call, self) => {
    call();
    const calls = map.get(self as object);
    if (calls instanceof SourceCalls) calls.addRelease();
    map.delete(self as object);
  });
}

/**
 * Calls a function that locks streams, and then reads or writes them until they end.
 *
 * @param streams the streams, among other values
 */
function callAsOwner(streams: readonly unknown[], call: () => unknown): unknown {
  const isLocked = (stream: unknown) => (stream as ReadableStream | undefined)?.locked;
  // On a locked stream, the function fails.
  if (streams.some(isLocked)) return call();
  addOwner(streams, current.frame);
  try {
    return call();
  } finally {
    // A stream that is not locked now has no owner: an argument was invalid. A TransformStream has no lock.
    addOwner(
      streams.filter((stream) => isLocked(stream) === false),
      undefined,
    );
  }
}

function addOwner(streams: readonly unknown[], frame: OpaqueFrame | undefined): void {
  for (const stream of streams as object[]) {
    sources.get(stream)?.addOwner(frame);
    sinks.get(stream)?.addOwner(frame);
  }
}

/** Patches the methods that read or write a stream themselves until it ends. */
function patchPipes(): void {
  const path = 'ReadableStream.prototype';
  wrapCall(path, 'pipeTo', (call, self, args) => callAsOwner([self, args[0]], call));
  wrapCall(path, 'pipeThrough', (call, self, args) => {
    if (!isObject(args[0])) return call();
    const { readable, writable } = args[0] as ReadableWritablePair;
    args[0] = { readable, writable };
    return callAsOwner([self, writable], call);
  });
  wrapCall(path, 'tee', (call, self) => {
    const branches = call() as object[];
    const calls = sources.get(self as object);
    calls?.addOwner(current.frame);
    for (const branch of branches) addHolder(sources, branch, self);
    return branches;
  });
}

/** Returns the stream in the arguments of `fetch()` or of the constructor of a request, if there is one. */
function findBody([input, init]: unknown[]): unknown {
  const ownBody: unknown = isObject(init) && Reflect.getOwnPropertyDescriptor(init, 'body')?.value;
  // A new request takes over the body of the one that it is made from.
  return ownBody || bodies.get(input as object);
}

/** Patches what reads the body of a request or a response: its methods, and `fetch()`. */
function patchBodies(): void {
  wrapCall('', 'fetch', (call, _, args) => callAsOwner([findBody(args)], call));
  for (const className of ['Request', 'Response']) {
    wrapConstructor(className, (construct, args) => {
      const body = className === 'Request' ? findBody(args) : args[0];
      const object = construct();
      const calls = sources.get(body as object);
      if (calls !== undefined) {
        bodies.set(object, body as object);
        calls.addOwner(current.frame);
      }
      return object;
    });
  }
  wrapMembers(bodyReaders, (call, self) => callAsOwner([bodies.get(self as object)], call));
}

/** Patches the functions that transfer streams: the platform then makes a pipe to the receiver. */
function patchTransfers(): void {
  const transfer: CallWrapper = (call, _, args) => {
    const streams = args.slice(1).flatMap((argument) => {
      const list = isObject(argument) && 'transfer' in argument ? argument.transfer : argument;
      return Array.isArray(list) ? list : [];
    });
    return callAsOwner(streams, call);
  };
  for (const path of ['MessagePort.prototype', 'Worker.prototype']) wrapCall(path, 'postMessage', transfer);
  // Not that of a window: `source` of the message is the window whose code calls the native method. If another window
  // called the patched one, it would be the window of the patches.
  if (!('Window' in globalThis)) wrapCall('', 'postMessage', transfer);
  wrapCall('', 'structuredClone', transfer);
}

/**
 * Patches what causes calls of the methods of a source, a sink or a transformer.
 *
 * @returns a function to be called when the patches are reverted
 */
export function patchStreams(): () => void {
  installation++;
  patchIteration();
  patchReading();
  patchWriting();
  patchPipes();
  patchBodies();
  patchTransfers();
  patchConstructors();
  return () => {
    installation++;
  };
}
