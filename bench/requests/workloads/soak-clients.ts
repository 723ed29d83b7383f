/**
 * The clients of the soak. Each user has one connection and one session, sends one request after another, and knows
 * what the response must contain: the request's key, the user's name, and the number of requests that its session has
 * counted.
 */
import { SOAK_KEY_HEADER } from '../servers/server-contract.js';
import { type SoakKey, writesToSession } from '../subjects/soak-key.js';
import { HttpConnection, type HttpResponse } from './http-connection.js';

interface SoakUser {
  readonly name: string;
  readonly connection: HttpConnection;
  sent: number;
  counted: number;
}

export class SoakClients {
  readonly #users: readonly SoakUser[];
  /** Number of responses with unexpected content. */
  mismatches = 0;

  private constructor(users: readonly SoakUser[]) {
    this.#users = users;
  }

  static async open(port: number, userCount: number): Promise<SoakClients> {
    const connections = await Promise.all(Array.from({ length: userCount }, () => HttpConnection.open(port)));
    return new SoakClients(
      connections.map((connection, index) => ({ name: `user-${index}`, connection, sent: 0, counted: 0 })),
    );
  }

  /** Sends this many requests from each user, all users concurrently. */
  async send(requestsPerUser: number): Promise<void> {
    await Promise.all(this.#users.map((user) => this.#sendUntil(user, user.sent + requestsPerUser)));
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
        const body = JSON.stringify({ key });
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
}

function requestHead(key: SoakKey, body: string): string {
  return (
    `POST /soak HTTP/1.1\r\nHost: 127.0.0.1\r\n${SOAK_KEY_HEADER}: ${key}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  );
}

function isExpected(response: HttpResponse | undefined, key: SoakKey, { name, counted }: SoakUser): boolean {
  return response?.status === 200 && response.body === JSON.stringify({ key, user: name, counted });
}
