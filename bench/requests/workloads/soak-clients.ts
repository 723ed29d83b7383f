/**
 * The clients of the soak. Each user has one connection and one session, sends one request after another, and knows
 * what the response must contain: the request's key, the user's name, and the number of requests that its session has
 * counted. Now and then it also begins a request on another connection, and disconnects during the upload.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SOAK_KEY_HEADER } from '../servers/server-contract.js';
import { abortedKey, fails, type SoakKey, uploads, writesToSession } from '../subjects/soak-key.js';
import { HttpConnection, type HttpResponse } from './http-connection.js';

/** One in this many requests is followed by one whose client disconnects. */
const ABORT_INTERVAL = 20;
/** How long such a client waits, so that the server has begun to handle the request. */
const ABORT_DELAY_MS = 5;
/** Less than every body parser accepts, and more than one chunk. */
const UPLOAD = 'a'.repeat(80_000);

interface SoakUser {
  readonly name: string;
  readonly connection: HttpConnection;
  sent: number;
  counted: number;
}

export class SoakClients {
  readonly #users: readonly SoakUser[];
  readonly #port: number;
  readonly #aborting = new Set<Promise<void>>();
  /** Number of responses with unexpected content. */
  mismatches = 0;

  private constructor(port: number, users: readonly SoakUser[]) {
    this.#port = port;
    this.#users = users;
  }

  static async open(port: number, userCount: number): Promise<SoakClients> {
    const connections = await Promise.all(Array.from({ length: userCount }, () => HttpConnection.open(port)));
    return new SoakClients(
      port,
      connections.map((connection, index) => ({ name: `user-${index}`, connection, sent: 0, counted: 0 })),
    );
  }

  /** Sends this many requests from each user, all users concurrently. */
  async send(requestsPerUser: number): Promise<void> {
    await Promise.all(this.#users.map((user) => this.#sendUntil(user, user.sent + requestsPerUser)));
    await Promise.all(this.#aborting);
  }

  close(): void {
    for (const { connection } of this.#users) connection.close();
  }

  #sendUntil(user: SoakUser, total: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const sendNext = () => {
        if (user.sent === total) {
          resolve();
          return;
        }
        const key = `${user.name}.${user.sent++}`;
        if (writesToSession(key)) user.counted++;
        if (user.sent % ABORT_INTERVAL === 0) this.#abortRequest(abortedKey(user.name, user.sent));
        const body = JSON.stringify(uploads(key) ? { key, upload: UPLOAD } : { key });
        user.connection.send(requestHead(key, body), body, (error, response) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          if (!isExpected(response, key, user)) this.mismatches++;
          sendNext();
        });
      };
      sendNext();
    });
  }

  #abortRequest(key: SoakKey): void {
    const aborting = HttpConnection.open(this.#port).then(async (connection) => {
      connection.send(requestHead(key, UPLOAD), UPLOAD.slice(1), () => {
        // The connection ends before there is a response, or the server has responded to an incomplete body.
      });
      await delay(ABORT_DELAY_MS);
      connection.close();
    });
    this.#aborting.add(aborting);
    void aborting.finally(() => this.#aborting.delete(aborting));
  }
}

function requestHead(key: SoakKey, body: string): string {
  return (
    `POST /soak HTTP/1.1\r\nHost: 127.0.0.1\r\n${SOAK_KEY_HEADER}: ${key}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  );
}

function isExpected(response: HttpResponse | undefined, key: SoakKey, { name, counted }: SoakUser): boolean {
  if (fails(key)) return response?.status === 500;
  return response?.status === 200 && response.body === JSON.stringify({ key, user: name, counted });
}
