/**
 * The known differences: each case that a column of the table fails, with the reason, which the table prints as a
 * footnote.
 *
 * The list is exact in both directions. The matrix fails on a failing case that is not listed, and on a listed case
 * that passes in all its columns.
 */
import { engineModes, type ImplementationName, portableModes, registered } from './implementations.js';

/** Cases that fail for one reason. */
export interface Difference {
  readonly implementations: readonly ImplementationName[];
  /** Keys of `columns`. */
  readonly columns: readonly string[];
  /** Titles of cases. */
  readonly cases: readonly string[];
  /** Markdown. Names what the runtime does instead. */
  readonly reason: string;
}

/**
 * For differences of the runtime itself: the frame of its callbacks, or its `AsyncResource`, which Throughline exports.
 */
const throughlineAndNative = ['throughline', 'native'] as const;
const nativeOnly = ['native'] as const;

const portableEngineColumns = ['chromium', 'firefox', 'webkit', 'portable', 'quickjs', 'quickjsng'];
const hermesColumns = ['hermes', 'hermesAsync'];
const nodeColumns = ['node20', 'node22', 'node24', 'node26', 'node26hooks'];
const asyncHooksColumns = ['node20', 'node22', 'node26hooks'];

export const differences: readonly Difference[] = [
  {
    implementations: throughlineAndNative,
    columns: ['workerd'],
    cases: [
      'enterWith() sets the value for the rest of the current call and for the work that it starts',
      'enterWith() does not change the value of a flow that started earlier',
      'enterWith() before the first await of an async function changes the value of the caller',
      'enterWith() after an await does not change the value of the awaiting caller',
      'enterWith() in a reaction does not change the value of the next reaction or of the awaiting caller',
      'The then() method of a thenable returned from a reaction reads the value that enterWith() set in that reaction',
      'enterWith() inside run() of the same storage lasts until run() returns',
      'enterWith() of another storage inside run() lasts after run() returns, as in Node',
      'run() with the value that is already set is a plain call, after which enterWith() inside it lasts, as in Node',
      'enterWith() inside a snapshot call lasts until that call returns',
      'run() and exit() set and restore the value with an enterWith() that was overridden, in a subclass or on the object',
      'enterWith() inside a bound function does not change the value of its next call',
      'enterWith() in a repeating timer does not change the value of its next tick',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
      'withScope() sets the value until the first dispose() call',
      'Work started before dispose() keeps the value that withScope() set',
      'Variable.prototype.run() restores the whole frame, which undoes enterWith() of another storage',
    ],
    reason:
      'workerd can set the current value only for the duration of a call. Its `enterWith()` and `withScope()` throw. The error of Throughline has the code `ERR_METHOD_NOT_IMPLEMENTED` and recommends `run()`.',
  },
  {
    implementations: nativeOnly,
    columns: ['node20', 'node22', 'deno'],
    cases: [
      'withScope() sets the value until the first dispose() call',
      'Work started before dispose() keeps the value that withScope() set',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
    ],
    reason: '`withScope()` was added in Node 24.',
  },
  {
    implementations: nativeOnly,
    columns: ['node20', 'node22', 'node26hooks', 'deno', 'workerd'],
    cases: [
      'getStore() returns defaultValue if no value is set and after disable()',
      'getStore() returns undefined rather than defaultValue if undefined was set',
      'name is the name option converted to a string, or the empty string without the option',
      'The constructor throws ERR_INVALID_ARG_TYPE if options is not an object',
      'Methods have the same names and lengths as in Node, and instances have no own enumerable properties',
    ],
    reason:
      'The options of the constructor were added in Node 24. The async hooks class of Node and the class of Deno return the default value if `undefined` was set, and have enumerable own properties.',
  },
  {
    implementations: nativeOnly,
    columns: [...asyncHooksColumns, 'deno', 'workerd'],
    cases: [
      'disable() removes the value from the flow until the next run()',
      'disable() affects work started in the current frame and no other work',
      'run() restores the previous value even if disable() has been called in the outer frame in the meantime',
      'disable() leaves the values of other storages unchanged',
      'disable() has no effect if no value is set',
      'A subclass can override run(), which exit() calls',
    ],
    reason:
      'With async hooks and in Deno, `disable()` removes the values of all flows until the next `run()`, which restores all of them, and `exit()` uses `disable()`. workerd has no `disable()`.',
  },
  {
    implementations: nativeOnly,
    columns: [...asyncHooksColumns, 'bun', 'deno', 'workerd'],
    cases: [
      'run() and exit() read the value with a getStore() that a subclass has overridden',
      'run() and exit() set and restore the value with an enterWith() that was overridden, in a subclass or on the object',
    ],
    reason:
      'With async hooks, `run()` does not call `enterWith()`, and `exit()` does not call `getStore()`. The classes of Bun, Deno and workerd call neither.',
  },
  {
    implementations: [registered],
    columns: asyncHooksColumns,
    cases: [
      'run() and exit() set and restore the value with an enterWith() that was overridden, in a subclass or on the object',
      'A subclass can override run(), which exit() calls',
    ],
    reason:
      'With async hooks, `run()` of Node’s class does not call `enterWith()`, and `exit()` does not call `run()`. After `throughline/register`, subclasses that were written for that class work as before, so the methods do not call each other either.',
  },
  {
    implementations: [registered],
    columns: ['node20', 'node22'],
    cases: ['The constructor throws ERR_INVALID_ARG_TYPE if options is not an object'],
    reason:
      'The constructor of Node 20 and 22 has no parameters, and ignores arguments. After `throughline/register`, programs that pass some work as before.',
  },
  {
    implementations: nativeOnly,
    columns: asyncHooksColumns,
    cases: [
      'enterWith() inside a bound function does not change the value of its next call',
      'enterWith() in a repeating timer does not change the value of its next tick',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
      'enterWith() in a request handler does not change the value of the next request on the same socket',
      'enterWith() in the listeners of a server and of its sockets does not change the value of later listeners',
      'A snapshot function called within its own call runs in its captured frame again',
      'A bound function called within its own call through another one runs in its captured frame',
    ],
    reason:
      'With async hooks, the value is a property of the async resource. A value set by `enterWith()` is current again when the resource runs for another flow, and a value set by `run()` is current when the resource runs within itself. Throughline removes the value of `enterWith()` when the code ends, and restores the captured frame in each call of a bound function.',
  },
  {
    implementations: nativeOnly,
    columns: ['node20', 'node22', 'node24', 'node26', 'node26hooks', 'bun'],
    cases: [
      'An unreachable storage is collected with its values while a flow that holds them continues',
      'An unreachable storage is collected even if its value refers to it',
    ],
    reason: 'The frame of the flow refers to the storage, and so keeps the storage and its value alive.',
  },
  {
    implementations: nativeOnly,
    columns: ['node20', 'node22'],
    cases: ['A kept error does not keep the values of the other immediates of the same turn'],
    reason:
      'The first receiver in the stack trace of an error is the immediate that runs. It is a part of a linked list of the immediates of the same turn, each of which keeps its values. Throughline removes the value of an immediate that has run.',
  },
  {
    implementations: nativeOnly,
    columns: asyncHooksColumns,
    cases: ['The values of a hundred thousand completed flows are collected'],
    reason:
      'With async hooks, every storage that was ever used stays in a list, and its value is copied to every new promise. The preceding cases leave so many storages that this case exceeds its limit of ten seconds.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: [
      'disable() affects work started in the current frame and no other work',
      'run() restores the previous value even if disable() has been called in the outer frame in the meantime',
    ],
    reason:
      'When a `run()` ends, workerd restores the same frame object that was current before, so `disable()` affects all work that shares this frame.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'workerd'],
    cases: [
      'run() and exit() call the function with null as its this value',
      'AsyncLocalStorage.bind() runs the function in the frame of the bind() call with the this value and arguments of the caller',
    ],
    reason:
      'Bun and workerd call the function with `undefined` or the global object as `this`, and their `bind()` does not pass the `this` value of the caller.',
  },
  {
    implementations: nativeOnly,
    columns: ['deno'],
    cases: [
      'exit() runs the function, and the work that it starts, with the value undefined',
      'The listeners of a FileReader that reads again in its load listener run in the frame of the second call',
      'enterWith() of another storage inside run() lasts after run() returns, as in Node',
      'run() with the value that is already set is a plain call, after which enterWith() inside it lasts, as in Node',
    ],
    reason:
      'In Deno `run()` restores the whole frame, and `exit()` does not apply to the work that the function starts.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'The constructor throws ERR_INVALID_ARG_TYPE if type is not a string',
      'The constructor throws ERR_INVALID_ASYNC_ID if triggerAsyncId is not an async id',
      'asyncId() and triggerAsyncId() return numbers',
      'triggerAsyncId() returns the triggerAsyncId option',
      'emitDestroy() returns the resource, which keeps its frame',
      'bind() returns a function of the same length that runs in the frame of the resource',
      'bind() uses its second argument as this, or the this value of the caller without it',
      'AsyncLocalStorage.bind() throws ERR_INVALID_ARG_TYPE for a value that is not a function',
      'bind() and AsyncResource.bind() throw ERR_INVALID_ARG_TYPE for a value that is not a function',
    ],
    reason:
      'The `AsyncResource` of Deno has no `triggerAsyncId()` and does not validate its arguments. `emitDestroy()` returns `undefined` in Bun and workerd. `bind()` and the errors of workerd are simplified. The `AsyncResource` of Throughline is a subclass that is complete.',
  },
  {
    implementations: throughlineAndNative,
    columns: [...nodeColumns, 'deno'],
    cases: [
      'A module that import() evaluates runs in the root, also after a top-level await, and awaiting the import keeps the frame',
    ],
    reason:
      'Node and Deno evaluate a module in the frame of the first `import()` call for it. A module should therefore not keep what it reads from a storage while it is evaluated.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['deno'],
    cases: ['A module of import.defer() that a flow evaluates by reading an export runs in the root'],
    reason: 'Deno evaluates the module synchronously, in the frame of the code that reads the export.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['node22', 'node26hooks'],
    cases: [
      'Array.fromAsync() runs an async generator and the mapper in the frame of the call',
      'Array.fromAsync() calls synchronous iterators, thenables and getters of an array-like object in the frame of the call',
      'If a mapper fails, Array.fromAsync() closes the iterator in the frame of the call',
    ],
    reason:
      'With async hooks, Node runs what `Array.fromAsync()` calls after its first step in the root. Node 24 and newer follow it without async hooks. Use a `for await` loop.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['node26hooks'],
    cases: [
      'The disposers of an AsyncDisposableStack run in the frame of the disposeAsync() call',
      'A call on an AsyncDisposableStack that was moved does not change the frame of its disposers',
      'Imports that WebAssembly calls after a suspension (JSPI) run in the frame of the suspension',
    ],
    reason:
      'With async hooks, Node runs the disposers after the first one that returns a promise, and imports after the first suspension, in the root. Without async hooks it follows them.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['deno', 'workerd'],
    cases: ['Both steps of two queued next() calls run in the frame of the first call'],
    reason:
      'In Deno and workerd the second step of the body runs in the root: V8 takes it from the queue of the generator, in which no code can capture a frame. To keep the second call out of this queue would delay it.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['node20', 'workerd'],
    cases: ['The finished() callback runs in the frame of the call, not of the code that ends the stream'],
    reason: 'Node 20 and workerd call the callback in the frame of the code that ends the stream.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun', 'workerd'],
    cases: [
      'A timer refreshed after it has fired runs in the frame of the refresh() call',
      'A timer refreshed while it is pending runs in the frame of the setTimeout() call',
    ],
    reason:
      'In Bun a refreshed timer always runs in the frame of the `setTimeout()` call, even after it has fired: Bun has bound the callback of the timer, and does not reveal it. In workerd it always runs in the frame of the `refresh()` call, even before it has fired.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun'],
    cases: [
      'The data listener of a socket accepted by a server runs in the root',
      'The close listener of a server response runs in the root if the client disconnects',
    ],
    reason:
      'Bun runs the listeners of an accepted socket and of a closed response in the frame of the `listen()` call, in which the application may call them as well.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun'],
    cases: ['The error listener of a request aborted by another flow runs in the frame of the abort() call'],
    reason: 'Bun runs the listeners of an aborted request in the frame of the request call.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun'],
    cases: ['The close listener of a socket runs in the frame of the net.connect() call, not of the destroy() call'],
    reason: 'Bun runs the listener in the frame of the `destroy()` call.',
  },
  {
    implementations: ['throughline'],
    columns: ['bun'],
    cases: ['The message listener of a datagram socket runs in the frame in which the socket was created'],
    reason:
      'Bun runs the listener in the frame of the `bind()` call. The creation of a socket can be observed only if `node:dgram` is loaded with the first storage, which would delay the start of every program by 2 ms.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'deno'],
    cases: ['The message listener of a datagram socket runs in the frame in which the socket was created'],
    reason: 'Bun and Deno run the listener in the frame of the `bind()` call.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'deno'],
    cases: [
      'The listeners of HTTP/2 streams that share a session run in the frames of their request() calls',
      'The listeners of HTTP/2 streams do not run in the frame of the flow that has connected their session',
      'The ping() and settings() callbacks of an HTTP/2 session run in the frame of the call',
    ],
    reason: 'Bun and Deno run some of these callbacks in the root, or in the frame in which the session was connected.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun'],
    cases: [
      'The cancel() method of a ReadableStream source runs in the frame of the cancel() call on the stream',
      'The pull() method of the source of an idle ReadableStream runs in the frame of the read() call that triggers it',
    ],
    reason: 'Bun runs the methods of a stream source in the frame in which the stream was created.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun'],
    cases: [
      'The pull() method of a stream with branches runs in the frame of their reads, or of the tee() call if several flows read',
      'A signal that aborts a pipe cancels its source and aborts its sink in the frame of the abort() call',
      'The source of a response body does not run in the frame of its creator, but of the text() call',
    ],
    reason:
      'Bun runs the methods of a stream source in the frame in which the stream was created, unless a method causes them that user code calls. Bun itself reads these streams, without such a method.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun'],
    cases: ['The unhandledRejection listener runs in the frame of the rejection'],
    reason: 'Bun runs the listener in the root. Nothing reports the frame in which a promise is rejected.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['bun'],
    cases: [
      'A pipe that fails cancels its source and aborts its sink in the frame of the pipeTo() call',
      'Methods of a source, a sink and a transformer are called with it as this, and are read once',
    ],
    reason: 'Bun runs a method of a stream sink in the root if it has to wait.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun'],
    cases: [
      'The listeners of a worker run in the frame in which it was created',
      'The listener of a process signal runs in the frame in which the process starts to listen for the signal',
      'The callback of a PerformanceObserver runs in the frame of the first entry that it receives',
    ],
    reason: 'Bun runs these callbacks in the root.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'The listeners of an AbortSignal.timeout() signal run in the frame in which the signal was created',
      'The listeners of an AbortSignal.any() signal run in the frame of the signal or abort() call that aborts it',
    ],
    reason: 'Bun, Deno and workerd run the listeners in the root if the time is over.',
  },
  {
    implementations: ['throughline'],
    columns: ['deno'],
    cases: ['A value is collected with an AbortSignal.timeout() signal that is dropped before its time is over'],
    reason: 'Deno keeps the signal until its time is over, and Throughline keeps the frame as long as the signal.',
  },
  {
    implementations: portableModes,
    columns: ['chromium', 'firefox'],
    cases: ['A value is collected with an AbortSignal.timeout() signal that is dropped before its time is over'],
    reason: 'Browsers keep the signal until its time is over, and Throughline keeps the frame as long as the signal.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: ['The message listener of a MessagePort that was received in a message runs in the root'],
    reason: 'workerd cannot send a port in a message.',
  },
  {
    implementations: nativeOnly,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'The message listener of a MessagePort runs in the frame in which its channel was created',
      'The message listener of a MessagePort whose channel was created in the root runs in the root',
      'The message listener of a MessagePort that was received in a message runs in the root',
      'The message listener of a BroadcastChannel runs in the frame in which the channel was created',
    ],
    reason:
      'Bun runs message listeners in the root. Deno runs them in the frame in which the listener of the port was set or, for a BroadcastChannel, in the frame of the `postMessage()` call. workerd runs them in the frame of the `postMessage()` call, and cannot send a port in a message.',
  },
  {
    implementations: nativeOnly,
    columns: ['deno'],
    cases: [
      'The listeners and callbacks of a socket run in the frame of the net.connect() call',
      'A socket listener does not run in the frame in which it was registered',
      'The close() callback of a server runs in the frame of the call',
      'The listeners and callbacks of a TLS socket run in the frame of the tls.connect() call',
      'The bind(), send() and close() callbacks of a datagram socket run in the frame of the call',
      'The request handler of a server runs in the frame of the listen() call',
      'The upgrade and information listeners of a request run in the frame of the http.get() call',
      'The listeners of HTTPS requests that share a keep-alive socket run in the frames of their https.request() calls',
      'The stream listener of an HTTP/2 server runs in the frame of the listen() call',
      'The data and end listeners of the output of a child process run in the frame of the spawn() call',
      'The close listener of a socket runs in the frame of the net.connect() call, not of the destroy() call',
      'The error and close listeners of a request whose keep-alive socket is closed run in the frame of its http.get() call',
      'enterWith() in the listeners of a server and of its sockets does not change the value of later listeners',
    ],
    reason:
      'Deno runs some or all of these callbacks in the root, or in the frame that the callback before has entered.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['deno', 'workerd'],
    cases: [
      'The uncaughtException listener runs in the frame of the callback that throws, which does not leak into the next callback',
      'The rejectionHandled listener runs in the root',
    ],
    reason:
      'Deno runs the uncaughtException listener in the root if a timer or an immediate throws: it reports the error after it has left the frame of the callback. workerd has no such event, and runs the rejectionHandled listener in the frame of the handler.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['workerd'],
    cases: [
      'Awaiting the promisified setTimeout() and setImmediate() keeps the frame',
      'A for await loop over the lines of a file keeps its frame',
    ],
    reason: 'workerd exports the functions, but they do not work.',
  },
  {
    implementations: ['interception'],
    columns: portableEngineColumns,
    cases: [
      'Code after an await of a plain value runs in the frame of the await',
      'The then() method of an awaited thenable and the code after the await run in the frame of the await',
      'Code in a catch block after an await of a rejecting thenable runs in the frame of the await',
      'Code after an await of an async function that returns a promise or a thenable runs in the frame of the await',
      'A for await loop over an async generator keeps its frame, including in the finally block after an early exit',
      'Both steps of two queued next() calls run in the frame of the first call',
    ],
    reason:
      'Interception follows only an `await` of a promise. Code runs in the root, and never in the frame of another flow, after an `await` of a plain value or a thenable, in the `finally` block of a generator after an early exit, and in the second of two queued steps of a generator. The transform follows all of these.',
  },
  {
    implementations: throughlineAndNative,
    columns: [...nodeColumns, 'bun', 'deno', 'workerd'],
    cases: [
      'A read() call before start() has completed causes the first pull() if the stream fills no queue',
      'A deferred pull() runs in the frame of the read() call that waits for it, not of an earlier one',
      'A pull() that fills the queue runs in the frame of the read() call that took a chunk from it',
      'Flows that read one stream alternately never see the value of another flow in pull()',
      'If a pull() cannot be attributed to one of several flows, it runs in the root',
      'A pull() that an enqueue() call of another flow triggers runs in the frame of the waiting read() call',
      'Flows that read one stream of bytes never see the value of another flow in pull()',
      'The pull() method of a stream whose iterator two flows share runs in the frame of the next() call',
      'An async iterator that ReadableStream.from() reads is called in the frame of the reader',
      'Each chunk is written in the frame of its write() call, even if the sink is busy',
      'Chunks of a released writer and of the next writer are written in the frames of their write() calls',
      'Each chunk is transformed in the frame of its write() call, even if it waits for a read() call',
      'The abort() method of a busy sink runs in the frame of the first abort() call',
    ],
    reason:
      'If a web stream is busy, the runtime calls the next method of its source or sink in the frame of the previous one. Several flows that share one stream therefore see the value of the flow that it served before. Streams of one flow are followed.',
  },
  {
    implementations: nativeOnly,
    columns: ['workerd'],
    cases: [
      'A diagnostics channel has subscribers while a storage is bound to it, and unbindStore() returns whether one was',
    ],
    reason: 'A channel of workerd with a bound storage has no subscribers, and `unbindStore()` returns nothing.',
  },
  {
    implementations: throughlineAndNative,
    columns: ['workerd'],
    cases: ['A signal that aborts a pipe cancels its source and aborts its sink in the frame of the abort() call'],
    reason: 'workerd calls both methods later, in the frame of the `pipeTo()` call.',
  },
  {
    implementations: portableModes,
    columns: ['portable'],
    cases: ['The pull() method of a stream whose iterator two flows share runs in the frame of the next() call'],
    reason:
      'The patches replace the methods that the iterators of streams inherit, and the iterators of Node have methods of their own. The source runs in the frame in which the iteration began. The case passes in browsers.',
  },
  {
    implementations: portableModes,
    columns: ['chromium', 'webkit', 'portable'],
    cases: ['A signal that aborts a pipe cancels its source and aborts its sink in the frame of the abort() call'],
    reason:
      'Chromium, WebKit and Node end an aborted pipe in a later job, which the portable engine cannot attribute. Both methods then run in the frame of the `pipeTo()` call.',
  },
  {
    implementations: portableModes,
    columns: ['portable'],
    cases: ['The listeners of an AbortSignal.timeout() signal run in the frame in which the signal was created'],
    reason:
      'The patches find the methods of a web class among its enumerable properties, and `AbortSignal.timeout` is not enumerable in Node. The case passes in browsers.',
  },
  {
    implementations: engineModes,
    columns: hermesColumns,
    cases: [
      'Methods have the same names and lengths as in Node, and instances have no own enumerable properties',
      'Names, lengths and @@toStringTag have the specified values',
    ],
    reason: 'Hermes counts a rest parameter in the length of a function.',
  },
  {
    implementations: engineModes,
    columns: hermesColumns,
    cases: ['Snapshot.wrap() copies name and length to a function that is not a constructor'],
    reason: 'In Hermes, `new` can be applied to every method.',
  },
  {
    implementations: engineModes,
    columns: hermesColumns,
    cases: ['Instances have no own properties, and Variable can be subclassed'],
    reason:
      'Hermes 0.12 has no private fields. The preset of React Native compiles them to properties that are not enumerable.',
  },
  {
    implementations: engineModes,
    columns: ['quickjsng'],
    cases: ['An unreachable storage is collected even if its value refers to it'],
    reason:
      'QuickJS-ng does not collect a `WeakMap` that is reachable only from one of its values while the key of this value is reachable.',
  },
];

/** Returns the entry that explains why this case fails in this column, if there is one. */
export function findDifference(
  column: string,
  implementation: ImplementationName,
  title: string,
): Difference | undefined {
  // It is the same class, except for what an entry of its own states.
  const listed = implementation === registered ? [registered, 'throughline'] : [implementation];
  return differences.find(
    (difference) =>
      difference.implementations.some((name) => listed.includes(name)) &&
      difference.columns.includes(column) &&
      difference.cases.includes(title),
  );
}
