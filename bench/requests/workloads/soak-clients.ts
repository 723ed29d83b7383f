/**
 * The users of the soak. Each has a connection and a session of its own, sends one request after the other, and knows what
 * the answer has to say: its own ticket, its own name, and how many of its requests its session has counted.
 */

import { TICKET_HEADER } from '../servers/server-contract.js';
import { isCounted } from '../subjects/soak-key.js';
import { type Answer, Connection } from './http-connection.js';

interface User {
  readonly name: string;
  readonly connection: Connection;
  sent: number;
  counted: number;
}

export class SoakUsers {
  readonly #users: readonly User[];
  /** Answers that said anything else. */
  wrong = 0;

  private constructor(users: readonly User[]) {
    this.#users = users;
  }

  static async open(port: number, count: number): Promise<SoakUsers> {
    const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
    return new SoakUsers(
      connections.map((connection, index) => ({ name: `user-${index}`, connection, sent: 0, counted: 0 })),
    );
  }

  /** Has each user send so many requests, all users at once. */
  async send(requestsEach: number): Promise<void> {
    await Promise.all(this.#users.map((user) => this.#sendAll(user, user.sent + requestsEach)));
  }

  close(): void {
    for (const { connection } of this.#users) connection.close();
  }

  #sendAll(user: User, until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = () => {
        if (user.sent === until) {
          resolve();
          return;
        }
        const ticket = `${user.name}.${user.sent++}`;
        if (isCounted(ticket)) user.counted++;
        const body = JSON.stringify({ ticket });
        user.connection.send(headOf(ticket, body), body, (error, answer) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          if (!isRight(answer, ticket, user)) this.wrong++;
          next();
        });
      };
      next();
    });
  }
}

function headOf(ticket: string, body: string): string {
  return (
    `POST /soak HTTP/1.1\r\nHost: 127.0.0.1\r\n${TICKET_HEADER}: ${ticket}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  );
}

function isRight(answer: Answer | undefined, ticket: string, { name, counted }: User): boolean {
  return answer?.status === 200 && answer.body === JSON.stringify({ ticket, user: name, counted });
}
