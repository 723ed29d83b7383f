/**
 * The program that sends the requests for session-requests.ts, in its own process: `session-clients-program.js <port>
 * <number of sessions>`. It begins the sessions, reports that, and then, for each message with a number of milliseconds,
 * reads sessions during this time and reports how many responses it has received.
 */
import { HttpConnection } from '../../requests/workloads/http-connection.js';

/** The messages that this program sends to its parent. */
export type ClientReport = { begun: number } | { responses: number } | { failure: string };

const CONNECTION_COUNT = 8;

const [port, sessionCount] = process.argv.slice(2).map(Number);
if (port === undefined || sessionCount === undefined) {
  throw new Error('Expected two arguments: the port and the number of sessions.');
}

interface ClientSession {
  readonly user: string;
  readonly cookie: string;
}

// The parent has exited.
process.on('disconnect', () => process.exit());

const origin = `http://127.0.0.1:${port}`;
const sessions: ClientSession[] = [];
for (let i = 0; i < sessionCount; i++) {
  const user = `user-${i}`;
  const response = await fetch(`${origin}/begin?user=${user}`);
  const [cookie] = response.headers.getSetCookie()[0]?.split(';') ?? [];
  if (!response.ok || cookie === undefined) throw new Error(`/begin responded with ${response.status} and no cookie.`);
  // express-session sends the head before it has stored the session, and the end afterwards.
  await response.text();
  sessions.push({ user, cookie });
}
const connections: HttpConnection[] = [];
for (let i = 0; i < CONNECTION_COUNT; i++) connections.push(await HttpConnection.open(port));

process.on('message', (ms) => {
  const end = performance.now() + Number(ms);
  void Promise.all(connections.map((connection, index) => readSessions(connection, index, end))).then(
    (counts) => report({ responses: counts.reduce((sum, count) => sum + count, 0) }),
    (error: unknown) => report({ failure: String(error) }),
  );
});
report({ begun: sessions.length });

function readSessions(connection: HttpConnection, first: number, end: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const sendNext = () => {
      // The index is in range: there is at least one session.
      const { user, cookie } = sessions[(first + count * CONNECTION_COUNT) % sessions.length] as ClientSession;
      connection.send(`GET /read HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n`, '', (error, response) => {
        if (response?.status !== 200 || response.body !== user) {
          reject(error ?? new Error(`Expected the session of ${user}, but got: ${response?.status} ${response?.body}`));
          return;
        }
        count++;
        if (performance.now() < end) sendNext();
        else resolve(count);
      });
    };
    sendNext();
  });
}

function report(message: ClientReport): void {
  process.send?.(message);
}
