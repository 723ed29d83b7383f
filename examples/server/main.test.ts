/** `npm start` as its user sees it: a process that is started, used over real sockets, and ended by a signal. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { runToExit, ServerProcess } from './test/server-process.js';

const steps = ['start', 'timer', 'file', 'crypto', 'nested', 'emitter', 'inner', 'finish'];

/** Sends a GET request, and waits for the headers of the response. */
async function openResponse(url: string, agent: Agent, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(get(url, { agent, headers }), 'response');
  assert.ok(response);
  return response;
}

const timeLimit = { timeout: 60_000 };

describe('npm start while it serves', timeLimit, () => {
  const agent = new Agent({ keepAlive: true });
  let program: ServerProcess;
  let url: string;

  before(async () => {
    program = new ServerProcess(['--requests', '40']);
    url = `http://127.0.0.1:${await program.waitUntilServing()}`;
  });

  after(async () => {
    agent.destroy();
    await program.kill('SIGKILL');
  });

  it('reads the id that the client sent at every step, for many concurrent requests', async () => {
    const ids = Array.from({ length: 80 }, (_, index) => 500_000 + index);
    const bodies = await Promise.all(
      ids.map(async (id) => text(await openResponse(`${url}/work`, agent, { 'x-request-id': `${id}` }))),
    );
    for (const [index, body] of bodies.entries()) {
      assert.deepEqual(JSON.parse(body), Object.fromEntries(steps.map((step) => [step, ids[index]])));
    }
  });

  it('creates a unique id for a request whose x-request-id header is missing or not a number', async () => {
    const ids = await Promise.all(
      ['', '', 'abc', '-1', '1e3'].map(async (sent) => {
        const response = await openResponse(`${url}/work`, agent, sent === '' ? {} : { 'x-request-id': sent });
        const reads: Record<string, number> = JSON.parse(await text(response));
        assert.equal(new Set(Object.values(reads)).size, 1);
        return reads.start;
      }),
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => typeof id === 'number' && id >= 40));
  });

  it('sends a page that loads nothing from other origins', async () => {
    const response = await openResponse(`${url}/`, agent);
    const html = await text(response);
    assert.equal(response.statusCode, 200);
    assert.match(`${response.headers['content-security-policy']}`, /default-src 'none'/);
    assert.match(html, /<title>Requests in flight/);
    assert.doesNotMatch(html, /(?:src|href)="(?!\/(?!\/))/);
  });

  it('sends users on request, and streams their requests in lanes that read their own id', async () => {
    const events = await openResponse(`${url}/events`, agent);
    assert.equal(events.headers['content-type'], 'text/event-stream');

    // Wait until the lanes of finished requests are free again.
    await waitForSnapshot(events, ({ inFlight, lanes }) => inFlight === 0 && lanes.every((lane) => lane === null));
    const post = request(`${url}/users`, { method: 'POST', agent }).end();
    const body = once(post, 'response').then(([response]: IncomingMessage[]) => response && text(response));
    const shownIds = new Set<number>();
    const lastSnapshot = await waitForSnapshot(events, (snapshot) => {
      assert.equal(snapshot.lanes.length, 20);
      assert.deepEqual(snapshot.steps, steps);
      for (const lane of snapshot.lanes) {
        if (!lane) continue;
        shownIds.add(lane.id);
        assert.ok(lane.reads.every((read) => read === lane.id));
      }
      return snapshot.inFlight === 0 && shownIds.size > 0;
    });
    assert.equal(lastSnapshot.mixedUp, 0);
    assert.match(`${await body}`, /"requests":160,"reads":420,"mixedUp":0,"cartsMixedUp":0,"lost":0/);
    events.destroy();
  });

  it('does not log the requests that a playing page sends, and logs those of visitors', async () => {
    const sendLogged = async (id: number) => {
      await text(await openResponse(`${url}/work`, agent, { 'x-request-id': `${id}` }));
      await program.waitForOutput(new RegExp(`^ {2}${id}: finish$`, 'm'));
    };
    await sendLogged(700_600);
    const post = request(`${url}/users?while=idle`, { method: 'POST', agent }).end();
    const [response]: IncomingMessage[] = await once(post, 'response');
    assert.ok(response);
    assert.match(await text(response), /"requests":64,"reads":168,"mixedUp":0,"cartsMixedUp":0,"lost":0/);
    await sendLogged(700_700);
    const [, lines] = program.stdout.split('700600: finish\n');
    assert.equal(lines, '  700700: start\n  700700: finish\n');
  });

  it('responds with 404 and names the pages if the path is unknown', async () => {
    const response = await openResponse(`${url}/nothing`, agent);
    assert.equal(response.statusCode, 404);
    assert.match(await text(response), /There is no such page\. Try \//);
  });

  it('makes a second server on the same port exit with code 1 and an error that names the remedy', async () => {
    const { port } = new URL(url);
    const { code, stdout, stderr } = await runToExit([], { PORT: port });
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, `Port ${port} is in use. Choose another: PORT=8080 npm start (0 lets the system choose).\n`);
  });

  it('exits cleanly on SIGINT while requests are in flight and a page is open', async () => {
    const page = await openResponse(`${url}/events`, agent);
    const closed = new Promise((resolve) => page.once('error', () => {}).once('close', resolve));
    const aborted = once(get(`${url}/work?slow`, { agent }), 'error');
    await waitForSnapshot(page, ({ inFlight }) => inFlight > 0);
    const { code, stderr } = await program.kill('SIGINT');
    assert.deepEqual([code, stderr], [0, '']);
    await Promise.all([closed, aborted]);
  });
});

describe('npm start when it exits', timeLimit, () => {
  it('sends no users for a page that plays while it checks itself', async () => {
    const program = new ServerProcess(['--requests', '1000000']);
    const [, url = ''] = await program.waitForOutput(/(http:\/\/localhost:\d+)/);
    const response = await fetch(`${url}/users?while=idle`, { method: 'POST' });
    assert.equal(response.status, 204);
    await program.kill('SIGTERM');
  });

  it('exits with --exit after it has printed the log, the checks and the table without control codes', async () => {
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '60']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ {2}0: start$/m);
    assert.match(stdout, /^ {2}\d+: finish$/m);
    assert.match(stdout, /100% of 60 requests/);
    assert.match(stdout, /^ {2}requests +60$/m);
    assert.match(stdout, /^ {2}id reads +480$/m);
    assert.match(stdout, /^ {2}mixed-up contexts +0$/m);
    for (const row of ['mixed-up contexts +0', 'mixed-up carts +0', 'lost cart items +0']) {
      assert.match(stdout, new RegExp(`id, user and cart reads[^]*^ {2}${row}$`, 'm'));
    }
    for (const row of ['none +0', 'node:async_hooks +1', 'throughline +1', 'node:async_hooks +10']) {
      assert.match(stdout, new RegExp(`^ {2}${row} +[\\d,]+ +[\\d,]+ to [\\d,]+ +\\d+\\.\\d\\d`, 'm'));
    }
    assert.match(stdout, /^ {2}throughline +10 .+ 0$/m);
    assert.ok(!stdout.includes('\x1b') && !stdout.includes('\r'));
  });

  it('detects the ids that a plain variable mixes up, and exits with code 1', async () => {
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '60'], { THROUGHLINE_STORAGE: 'global' });
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /Request ids are stored in a plain variable/);
    assert.match(stdout, /^ {2}mixed-up contexts +[1-9]\d*$/m);
  });

  it('exits cleanly on SIGINT while it sends its own traffic', async () => {
    const program = new ServerProcess(['--requests', '1000000']);
    await program.waitForOutput(/\d+: finish/);
    const { code, stderr } = await program.kill('SIGINT');
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('exits cleanly on SIGTERM during the comparison, together with its child processes', async () => {
    const program = new ServerProcess(['--requests', '300']);
    await program.waitForOutput(/25% of the measurements/);
    const { code, stderr } = await program.kill('SIGTERM');
    assert.deepEqual([code, stderr], [0, '']);
  });
});

describe('npm start with invalid options', timeLimit, () => {
  const mistakes: readonly [problem: string, args: string[], env: NodeJS.ProcessEnv, message: RegExp][] = [
    ['a PORT that is not a number', [], { PORT: 'http' }, /^PORT is "http", but must be .+ PORT=8080 npm start/],
    ['a PORT that is too high', [], { PORT: '65536' }, /^PORT is "65536", but must be/],
    ['an unknown flag', ['--quick'], {}, /^Unknown option '--quick'. Run npm start -- --help/],
    ['an unexpected argument', ['now'], {}, /^Unexpected argument 'now'. /],
    ['--requests without a number', ['--requests', 'many'], {}, /^--requests is "many", but must be/],
    ['--requests=0', ['--requests=0'], {}, /^--requests is "0", but must be/],
    ['a REDIS_URL that is not a URL of Redis', [], { REDIS_URL: 'localhost' }, /^REDIS_URL must look like redis:/],
    [
      'a REDIS_URL where no server listens',
      [],
      { REDIS_URL: 'redis://u:secret@127.0.0.1:1' },
      /^Cannot use the Redis at 127.0.0.1:1, which REDIS_URL names: .+ECONNREFUSED/,
    ],
    ['a short SESSION_SECRET', [], { SESSION_SECRET: 'abc' }, /^SESSION_SECRET has 3 characters, but must have 32/],
    ['an unknown storage', [], { THROUGHLINE_STORAGE: 'cookie' }, /^THROUGHLINE_STORAGE is "cookie", but must be one/],
  ];
  for (const [problem, args, env, message] of mistakes) {
    it(`reports ${problem} in one line, and exits with code 1`, async () => {
      const { code, stdout, stderr } = await runToExit(args, env);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  it('prints its options with --help', async () => {
    const { code, stdout, stderr } = await runToExit(['--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /code 1 if a context or a cart was mixed up or a\s+cart item was lost/);
    for (const word of ['--exit', '--requests N', 'PORT=', 'REDIS_URL=', 'SESSION_SECRET=', 'THROUGHLINE_STORAGE='])
      assert.ok(stdout.includes(word));
  });
});

interface Snapshot {
  readonly inFlight: number;
  readonly mixedUp: number;
  readonly steps: readonly string[];
  readonly lanes: readonly ({ id: number; reads: (number | null)[]; done: boolean } | null)[];
}

/** Reads the events that a page receives until a snapshot is the wanted one. The connection stays open. */
function waitForSnapshot(events: IncomingMessage, isWanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    let received = '';
    const onData = (chunk: string) => {
      received += chunk;
      const messages = received.split('\n\n');
      received = messages.pop() ?? '';
      try {
        for (const message of messages) {
          assert.match(message, /^data: /);
          const snapshot: Snapshot = JSON.parse(message.slice('data: '.length));
          if (!isWanted(snapshot)) continue;
          events.off('data', onData);
          resolve(snapshot);
          return;
        }
      } catch (error) {
        reject(error);
      }
    };
    events.setEncoding('utf8').on('data', onData);
  });
}
