/** A dedicated worker: sends back what it reads, also through ports and a broadcast channel. */
import { receive, send } from '@throughline/propagation/post-message';
import { readUser } from './page-values.js';

interface Request {
  readonly port?: MessagePort;
  readonly trust?: boolean;
  readonly channel?: string;
}

const scope = self as unknown as Worker;

receive<Request>(scope, async (message) => {
  if (message.port !== undefined) {
    const { port, trust } = message;
    receive(port, async (inner) => send(port, await readUser(inner)), trust === undefined ? {} : { trust });
    send(scope, 'listening');
  } else if (message.channel !== undefined) {
    const channel = new BroadcastChannel(message.channel);
    receive(channel, async (inner) => send(channel, await readUser(inner)), { once: true });
    send(scope, 'listening');
  } else {
    send(scope, await readUser(message));
  }
});
