/** A client that upgrades its connection and resets it while its session is loaded, for the tests. */
import { connect } from 'node:net';
import type { Session, Sessions } from '@throughline/request';
import { type Exchange, emptySession } from './empty-session.js';

/** Sessions that are loaded when the test says so. */
export class HeldSessions implements Sessions {
  /** Told when the client has gone. */
  #close: () => void = () => {};
  #ask: () => void = () => {};
  #load: (session: Session | Promise<Session>) => void = () => {};
  readonly asked = new Promise<void>((resolve) => {
    this.#ask = resolve;
  });
  readonly closed = new Promise<void>((resolve) => {
    this.#close = resolve;
  });
  readonly #loaded = new Promise<Session>((resolve) => {
    this.#load = resolve;
  });

  open(exchange: Exchange): Promise<Session> {
    exchange.onClose(this.#close);
    this.#ask();
    return this.#loaded;
  }

  /** Goes on, and gives what comes of it all its turns. */
  async proceed(error?: Error): Promise<void> {
    this.#load(error === undefined ? emptySession() : Promise.reject(error));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Asks for a WebSocket and resets the connection when the session is asked for. Resolves when the server knows. */
export async function resetWhileLoading(held: HeldSessions, port: number, path = '/'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  try {
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await held.asked;
    socket.resetAndDestroy();
    await Promise.race([held.closed, failed(AbortSignal.timeout(10_000))]);
  } finally {
    socket.destroy();
  }
}

/** A server that fails here may never tell. */
function failed(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
