/** A child process that sends back what it reads: in its environment, and for each message. */
import { extractEnvironment, injectEnvironment, receive, send } from '@throughline/propagation/child-process';
import { readValues } from './declared-values.js';

const environment = (trust: boolean) => extractEnvironment({ trust }).run(() => readValues('environment'));

if (process.send === undefined) {
  const ownChild = injectEnvironment();
  console.log(
    JSON.stringify({
      trusted: environment(true),
      untrusted: environment(false),
      // What a child of this process would get outside of every flow.
      passedOn: [ownChild.BAGGAGE, ownChild.THROUGHLINE_TIMEOUT_MS, ownChild.TRACEPARENT, typeof ownChild.PATH],
    }),
  );
} else {
  receive(process, async (message, handle) => {
    await undefined;
    if (message === 'stop') {
      process.disconnect?.();
      return;
    }
    const reading = { ...readValues(message), hasHandle: handle !== undefined };
    send(process, reading);
    if (handle !== undefined && 'close' in handle && typeof handle.close === 'function') handle.close();
  });
  send(process, 'ready');
}
