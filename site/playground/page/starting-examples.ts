/** The programs that a visitor can start with. Each one prints something, and starts flows that the page shows. */
import abortSignal from '../examples/abort-signal.js?raw';
import asyncContext from '../examples/async-context.js?raw';
import lostCallback from '../examples/lost-callback.js?raw';
import streams from '../examples/streams.js?raw';
import timers from '../examples/timers.js?raw';
import twoUsers from '../examples/two-users.js?raw';

export interface StartingExample {
  readonly name: string;
  readonly title: string;
  readonly program: string;
}

export const startingExamples: readonly [StartingExample, ...StartingExample[]] = [
  { name: 'two-users', title: 'Two users', program: twoUsers },
  { name: 'lost-callback', title: 'A lost callback', program: lostCallback },
  { name: 'timers', title: 'Timers', program: timers },
  { name: 'streams', title: 'Streams', program: streams },
  { name: 'abort-signal', title: 'AbortSignal', program: abortSignal },
  { name: 'async-context', title: 'AsyncContext', program: asyncContext },
];
