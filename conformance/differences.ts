/**
 * What the cases say that a runtime does otherwise, each with the reason: the footnotes of the table. A case that fails
 * and is not in this list fails the matrix, and so does an entry that no case needs.
 */
import { type ImplementationName, modes } from './implementations.js';

export interface Difference {
  readonly implementations: readonly ImplementationName[];
  /** Keys of `columns`. */
  readonly columns: readonly string[];
  /** Names of cases. */
  readonly cases: readonly string[];
  readonly reason: string;
}

/** Where it is the runtime that hands a callback the wrong frame, or whose AsyncResource this is: it hits both alike. */
const both = ['throughline', 'native'] as const;
const native = ['native'] as const;
const browsers = ['chromium', 'firefox', 'webkit'];
const portable = [...browsers, 'portable'];
const asyncHooks = ['node20', 'node22', 'node26hooks'];

export const differences: readonly Difference[] = [
  {
    implementations: both,
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
      'enterWith() inside a bound function does not change the value of its next call',
      'enterWith() in a repeating timer does not change the value of its next tick',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
      'withScope() sets the value until the first dispose() call',
      'Work started before dispose() keeps the value that withScope() set',
      'Variable.prototype.run() restores the whole frame, which undoes enterWith() of another storage',
    ],
    reason:
      'workerd can change the current value only for the time of a call. `enterWith()` and `withScope()` throw; with Throughline the error has the code `ERR_METHOD_NOT_IMPLEMENTED` and says to use `run()`.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'deno'],
    cases: [
      'withScope() sets the value until the first dispose() call',
      'Work started before dispose() keeps the value that withScope() set',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
    ],
    reason: '`withScope()` came with Node 24.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'node26hooks', 'deno', 'workerd'],
    cases: [
      'getStore() returns defaultValue if no value is set and after disable()',
      'getStore() returns undefined rather than defaultValue if undefined was set',
      'name is the name option converted to a string, or the empty string without the option',
      'The constructor throws ERR_INVALID_ARG_TYPE if options is not an object',
      'Methods have the same names and lengths as in Node, and instances have no own enumerable properties',
    ],
    reason:
      'The options of the constructor came with Node 24; the async hooks class of Node and Deno’s class give the default value for an `undefined` that was set, and show fields of their own.',
  },
  {
    implementations: native,
    columns: [...asyncHooks, 'deno', 'workerd'],
    cases: [
      'disable() removes the value from the flow until the next run()',
      'disable() affects work started in the current frame and no other work',
      'run() restores the previous value even if disable() has been called in the outer frame in the meantime',
      'disable() leaves the values of other storages unchanged',
      'disable() has no effect if no value is set',
      'A subclass can override run(), which exit() calls',
    ],
    reason:
      'With async hooks and in Deno, `disable()` is for all flows until the next `run()`, which brings all their values back; `exit()` is built on it. workerd does not have `disable()`.',
  },
  {
    implementations: native,
    columns: asyncHooks,
    cases: [
      'enterWith() inside a bound function does not change the value of its next call',
      'enterWith() in a repeating timer does not change the value of its next tick',
      'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
      'enterWith() in a request handler does not change the value of the next request on the same socket',
      'A snapshot function called within its own call runs in its captured frame again',
    ],
    reason:
      'With async hooks, what is set belongs to the resource: what was entered is there when the resource runs again, for another flow, and what `run()` has set when it runs inside itself. Throughline takes the one out when the code ends, and gives a bound function its frame again.',
  },
  {
    implementations: native,
    columns: ['node20', 'node22', 'node24', 'node26', 'node26hooks', 'bun'],
    cases: [
      'An unreachable storage is collected with its values while a flow that holds them continues',
      'An unreachable storage is collected even if its value refers to it',
    ],
    reason: 'The frame of the flow holds the storage, and the storage its value.',
  },
  {
    implementations: native,
    columns: asyncHooks,
    cases: ['The values of a hundred thousand completed flows are collected'],
    reason:
      'Every storage that was ever used is kept in a list and copied into every promise. After the cases before it there are so many that this one does not end in ten seconds.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: [
      'disable() affects work started in the current frame and no other work',
      'run() restores the previous value even if disable() has been called in the outer frame in the meantime',
    ],
    reason:
      'When a `run()` ends, workerd puts back the very frame that was there before, so a `disable()` reaches all who share it.',
  },
  {
    implementations: native,
    columns: ['bun', 'workerd'],
    cases: [
      'run() and exit() call the function with null as its this value',
      'AsyncLocalStorage.bind() runs the function in the frame of the bind() call with the this value and arguments of the caller',
    ],
    reason: 'Bun and workerd have `undefined` or the global object as `this`, and `bind()` loses the caller’s.',
  },
  {
    implementations: native,
    columns: ['deno'],
    cases: [
      'exit() runs the function, and the work that it starts, with the value undefined',
      'The listeners of a FileReader that reads again in its load listener run in the frame of the second call',
      'enterWith() of another storage inside run() lasts after run() returns, as in Node',
      'run() with the value that is already set is a plain call, after which enterWith() inside it lasts, as in Node',
    ],
    reason: 'Deno’s `run()` puts the whole frame back, and its `exit()` ends with the call.',
  },
  {
    implementations: both,
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
      'Throughline’s `AsyncResource` is the runtime’s own class. Deno’s has no `triggerAsyncId()` and checks nothing; Bun’s and workerd’s `emitDestroy()` gives `undefined`; workerd’s `bind()` and its errors are simpler. `AsyncLocalStorage.bind()` is Throughline’s and whole everywhere.',
  },
  {
    implementations: both,
    columns: ['deno', 'workerd'],
    cases: ['Both steps of two queued next() calls run in the frame of the first call'],
    reason: 'In Deno and workerd the second step of the body runs at the root.',
  },
  {
    implementations: both,
    columns: ['node20', 'workerd'],
    cases: ['The finished() callback runs in the frame of the call, not of the code that ends the stream'],
    reason: 'Node 20 and workerd call it in the frame of the code that ended the stream.',
  },
  {
    implementations: both,
    columns: ['bun', 'workerd'],
    cases: [
      'A timer refreshed after it has fired runs in the frame of the refresh() call',
      'A timer refreshed while it is pending runs in the frame of the setTimeout() call',
    ],
    reason:
      'A timer that is refreshed stays in the frame of `setTimeout` in Bun, also where it has run before; in workerd it goes over to that of `refresh()`, also where it has not.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'The data listener of a socket accepted by a server runs in the root',
      'The close listener of a server response runs in the root if the client disconnects',
      'The error listener of a request aborted by another flow runs in the frame of the abort() call',
    ],
    reason:
      'Bun runs the listeners of an accepted socket and of a request that is closed in the frame of `listen()`, those of a request that is aborted in the frame of the request.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno'],
    cases: ['The message listener of a datagram socket runs in the frame in which the socket was created'],
    reason: 'Bun and Deno run it in the frame of `bind()`.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno'],
    cases: [
      'The listeners of HTTP/2 streams that share a session run in the frame of their own request() call',
      'The ping() and settings() callbacks of an HTTP/2 session run in the frame of the call',
    ],
    reason: 'Some of these callbacks run at the root.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'The cancel() method of a ReadableStream source runs in the frame of the cancel() call on the stream',
      'The pull() method of the source of an idle ReadableStream runs in the frame of the read() call that triggers it',
    ],
    reason: 'Bun runs the methods of a stream’s source in the frame in which the stream was made.',
  },
  {
    implementations: both,
    columns: ['bun'],
    cases: [
      'The listeners of a worker run in the frame in which it was created',
      'The unhandledRejection listener runs in the frame of the rejection',
      'The listener of a process signal runs in the frame in which the process starts to listen for the signal',
      'The callback of a PerformanceObserver runs in the frame of the first entry that it receives',
    ],
    reason: 'Bun runs them at the root.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno', 'workerd'],
    cases: ['The listeners of an AbortSignal.timeout() signal run in the frame in which the signal was created'],
    reason: 'These runtimes run them at the root.',
  },
  {
    implementations: both,
    columns: ['bun', 'deno', 'workerd'],
    cases: [
      'The message listener of a MessagePort runs in the frame in which its channel was created',
      'The message listener of a MessagePort whose channel was created in the root runs in the root',
      'The message listener of a MessagePort that was received in a message runs in the root',
      'The message listener of a BroadcastChannel runs in the frame in which the channel was created',
    ],
    reason:
      'A message runs at the root in Bun. In Deno it runs in the frame in which the port’s listener was set or, for a BroadcastChannel, that of the post; in workerd in that of the post. workerd cannot send a port in a message.',
  },
  {
    implementations: both,
    columns: ['deno'],
    cases: [
      'The listeners and callbacks of a socket run in the frame of the net.connect() call',
      'A socket listener does not run in the frame in which it was registered',
      'The close() callback of a server runs in the frame of the call',
      'The listeners and callbacks of a TLS socket run in the frame of the tls.connect() call',
      'The bind(), send() and close() callbacks of a datagram socket run in the frame of the call',
      'The request handler of a server runs in the frame of the listen() call',
      'The upgrade and information listeners of a request run in the frame of the http.get() call',
      'The listeners of HTTPS requests that share a keep-alive socket run in the frame of their own https.request() call',
      'The stream listener of an HTTP/2 server runs in the frame of the listen() call',
      'The data and end listeners of the output of a child process run in the frame of the spawn() call',
    ],
    reason: 'Deno runs them, or some of them, at the root. A value that is missing can be kept with `bind()`.',
  },
  {
    implementations: both,
    columns: ['deno', 'workerd'],
    cases: [
      'The uncaughtException listener runs in the frame of the callback that throws, which does not leak into the next callback',
      'The rejectionHandled listener runs in the root',
    ],
    reason:
      'Deno runs the first at the root where a timer or an immediate threw; workerd has no such event, and runs the second in the frame of the handler.',
  },
  {
    implementations: both,
    columns: ['workerd'],
    cases: [
      'Awaiting the promisified setTimeout() and setImmediate() keeps the frame',
      'A for await loop over the lines of a file keeps its frame',
    ],
    reason: 'workerd has the names and not the function.',
  },
  {
    implementations: ['throughline'],
    columns: ['workerd'],
    cases: ['A storage bound to a diagnostics channel has its value during runStores()'],
    reason:
      'workerd’s `bindStore()` takes its own class only. Node, Bun and Deno call `run()` of whatever they are given.',
  },
  {
    implementations: ['interception'],
    columns: portable,
    cases: [
      'Code after an await of a plain value runs in the frame of the await',
      'The then() method of an awaited thenable and the code after the await run in the frame of the await',
      'Code in a catch block after an await of a rejecting thenable runs in the frame of the await',
      'Code after an await of an async function that returns a promise or a thenable runs in the frame of the await',
      'A for await loop over an async generator keeps its frame, including in the finally block after an early exit',
      'Both steps of two queued next() calls run in the frame of the first call',
    ],
    reason:
      'Interception sees the `await` of a promise and nothing else. After an `await` of a plain value or a thenable, in a `finally` of a generator that is left early, and in the second of two queued steps of a generator the frame is the empty one, and never another flow’s. The transform sees them all.',
  },
  {
    implementations: modes,
    columns: portable,
    cases: [
      'The initial pull() of a ReadableStream source runs in the frame of the constructor call',
      'A for await loop over a ReadableStream and the pull() calls that it triggers keep the frame of the loop',
      'pipeTo(), pipeThrough() and tee() keep the frame for the sink and for the awaiting code',
    ],
    reason:
      'Where the platform does not call the functions of a stream’s source or sink at once, but when the step before is done, they run in the empty frame. Who reads, loops or pipes keeps its own.',
  },
  {
    implementations: modes,
    columns: ['portable'],
    cases: ['The listeners of an AbortSignal.timeout() signal run in the frame in which the signal was created'],
    reason:
      'The patches go by the members that a class of the web lists, and Node does not list those of its `AbortSignal`. A page has the promise kept.',
  },
];

/** The entry that says why this case fails there. */
export function findDifference(
  column: string,
  implementation: ImplementationName,
  name: string,
): Difference | undefined {
  return differences.find(
    (difference) =>
      difference.implementations.includes(implementation) &&
      difference.columns.includes(column) &&
      difference.cases.includes(name),
  );
}
