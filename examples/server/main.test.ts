/** The program as its user meets it: a process that is started, talked to over real sockets, and ended by a signal. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { runToExit, ServerProcess } from './test/server-process.js';

const steps = ['start', 'timer', 'file', 'crypto', 'nested', 'emitter', 'inner', 'finish'];

async function open(url: string, agent: Agent, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(get(url, { agent, headers }), 'response');
  assert.ok(response);
  return response;
}

const limit = { timeout: 60_000 };

describe('npm start, serving', limit, () => {
  const agent = new Agent({ keepAlive: true });
  let program: ServerProcess;
  let url: string;

  before(async () => {
    program = new ServerProcess(['--requests', '40']);
    const [, port] = await program.waitForOutput(/http:\/\/localhost:(\d+) shows the requests in flight/);
    url = `http://127.0.0.1:${port}`;
  });

  after(async () => {
    agent.destroy();
    await program.kill('SIGKILL');
  });

  it('answers many sockets at once, each with the id that it has sent, read at each step', async () => {
    const ids = Array.from({ length: 80 }, (_, index) => 500_000 + index);
    const answers = await Promise.all(
      ids.map(async (id) => JSON.parse(await text(await open(`${url}/work`, agent, { 'x-request-id': `${id}` })))),
    );
    for (const [index, answer] of answers.entries()) {
      assert.deepEqual(answer, Object.fromEntries(steps.map((step) => [step, ids[index]])));
    }
  });

  it('gives an id of its own to who sends none, or none that is a number', async () => {
    const ids = await Promise.all(
      ['', '', 'abc', '-1', '1e3'].map(async (sent) => {
        const response = await open(`${url}/work`, agent, sent === '' ? {} : { 'x-request-id': sent });
        const answer: Record<string, number> = JSON.parse(await text(response));
        assert.equal(new Set(Object.values(answer)).size, 1);
        return answer.start;
      }),
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => typeof id === 'number' && id >= 40));
  });

  it('delivers its page, which needs nothing from elsewhere', async () => {
    const response = await open(`${url}/`, agent);
    const html = await text(response);
    assert.equal(response.statusCode, 200);
    assert.match(`${response.headers['content-security-policy']}`, /default-src 'none'/);
    assert.match(html, /<title>Requests in flight/);
    assert.doesNotMatch(html, /(?:src|href)="(?!data:|\/[a-z])/);
  });

  it('sends users and shows them live, each in a lane that reads its own id', async () => {
    const events = await open(`${url}/events`, agent);
    assert.equal(events.headers['content-type'], 'text/event-stream');

    // RequestLanes of requests that have just ended are still taken.
    await until(events, ({ inFlight, lanes }) => inFlight === 0 && lanes.every((lane) => lane === null));
    const post = request(`${url}/users`, { method: 'POST', agent }).end();
    const answered = once(post, 'response').then(([response]: IncomingMessage[]) => response && text(response));
    const seen = new Set<number>();
    const last = await until(events, (snapshot) => {
      assert.equal(snapshot.lanes.length, 20);
      assert.deepEqual(snapshot.steps, steps);
      for (const lane of snapshot.lanes) {
        if (!lane) continue;
        seen.add(lane.id);
        assert.ok(lane.reads.every((read) => read === lane.id));
      }
      return snapshot.inFlight === 0 && seen.size > 0;
    });
    assert.equal(last.mixedUp, 0);
    assert.match(`${await answered}`, /"requests":160,"reads":420,"mixedUp":0,"cartsMixedUp":0,"lost":0/);
    events.destroy();
  });

  it('says so where there is nothing', async () => {
    const response = await open(`${url}/nothing`, agent);
    assert.equal(response.statusCode, 404);
    assert.match(await text(response), /Nothing here/);
  });

  it('is told apart from another one on the same port', async () => {
    const { port } = new URL(url);
    const { code, stdout, stderr } = await runToExit([], { PORT: port });
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, `Port ${port} is taken. Choose another: PORT=8080 npm start (0 lets the system choose).\n`);
  });

  it('ends cleanly on SIGINT, with requests in flight and a page open', async () => {
    const page = await open(`${url}/events`, agent);
    const closed = new Promise((resolve) => page.once('error', () => {}).once('close', resolve));
    const cutOff = once(get(`${url}/work?slow`, { agent }), 'error');
    await until(page, ({ inFlight }) => inFlight > 0);
    const { code, stderr } = await program.kill('SIGINT');
    assert.deepEqual([code, stderr], [0, '']);
    await Promise.all([closed, cutOff]);
  });
});

describe('npm start, ending', limit, () => {
  it('with --exit ends by itself, and prints the log, the check and the table without control codes', async () => {
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '60']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ {2}0: start$/m);
    assert.match(stdout, /^ {2}\d+: finish$/m);
    assert.match(stdout, /100 % of 60 requests/);
    assert.match(stdout, /^ {2}requests +60$/m);
    assert.match(stdout, /^ {2}reads of their ids +480$/m);
    assert.match(stdout, /^ {2}contexts mixed up +0$/m);
    for (const row of ['contexts mixed up +0', 'carts mixed up +0', 'lost from a cart +0']) {
      assert.match(stdout, new RegExp(`reads of ids, users and carts[^]*^ {2}${row}$`, 'm'));
    }
    for (const row of ['none +0', 'of node:async_hooks +1', 'of throughline +1', 'of node:async_hooks +10']) {
      assert.match(stdout, new RegExp(`^ {2}${row} +[\\d,]+ +[\\d,]+ to [\\d,]+ +\\d+\\.\\d\\d`, 'm'));
    }
    assert.match(stdout, /^ {2}of throughline +10 .+ 0$/m);
    assert.ok(!stdout.includes('\x1b') && !stdout.includes('\r'));
  });

  it('sees what a plain variable mixes up, and ends with exit code 1', async () => {
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '60'], { THROUGHLINE_STORAGE: 'global' });
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /an id in a plain variable/);
    assert.match(stdout, /^ {2}contexts mixed up +[1-9]\d*$/m);
  });

  it('ends cleanly on SIGINT in the middle of its own traffic', async () => {
    const program = new ServerProcess(['--requests', '1000000']);
    await program.waitForOutput(/\d+: finish/);
    const { code, stderr } = await program.kill('SIGINT');
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('ends cleanly on SIGTERM in the middle of the comparison, together with its processes', async () => {
    const program = new ServerProcess(['--requests', '300']);
    await program.waitForOutput(/25 % of the measurements/);
    const { code, stderr } = await program.kill('SIGTERM');
    assert.deepEqual([code, stderr], [0, '']);
  });
});

describe('npm start, told what it cannot do', limit, () => {
  const mistakes: readonly [what: string, args: string[], env: NodeJS.ProcessEnv, message: RegExp][] = [
    ['a PORT that is no number', [], { PORT: 'http' }, /^PORT is "http", but must be .+ PORT=8080 npm start/],
    ['a PORT that is too high', [], { PORT: '65536' }, /^PORT is "65536", but must be/],
    ['an unknown flag', ['--quick'], {}, /^Unknown option '--quick'. npm start -- --help/],
    ['an argument', ['now'], {}, /^Unexpected argument 'now'. /],
    ['--requests without a number', ['--requests', 'many'], {}, /^--requests is "many", but must be/],
    ['no requests at all', ['--requests=0'], {}, /^--requests is "0", but must be/],
    ['a REDIS_URL that is none', [], { REDIS_URL: 'localhost' }, /^REDIS_URL must look like redis:/],
    [
      'a REDIS_URL where nobody is',
      [],
      { REDIS_URL: 'redis://u:secret@127.0.0.1:1' },
      /^REDIS_URL leads to 127.0.0.1:1, .+ECONNREFUSED/,
    ],
    ['a short SESSION_SECRET', [], { SESSION_SECRET: 'abc' }, /^SESSION_SECRET has 3 characters, but must have 32/],
    ['an unknown storage', [], { THROUGHLINE_STORAGE: 'cookie' }, /^THROUGHLINE_STORAGE is "cookie", but must be one/],
  ];
  for (const [what, args, env, message] of mistakes) {
    it(`says what is wrong with ${what}, in one line and with exit code 1`, async () => {
      const { code, stdout, stderr } = await runToExit(args, env);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  it('explains itself with --help', async () => {
    const { code, stdout, stderr } = await runToExit(['--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /exit code 1 if a context or a cart was mixed up, or anything\s+was lost/);
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

/** Reads what a page is sent, until one is as wanted. The connection stays open. */
function until(events: IncomingMessage, wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    let received = '';
    const listen = (chunk: string) => {
      received += chunk;
      const messages = received.split('\n\n');
      received = messages.pop() ?? '';
      try {
        for (const message of messages) {
          assert.match(message, /^data: /);
          const snapshot: Snapshot = JSON.parse(message.slice('data: '.length));
          if (!wanted(snapshot)) continue;
          events.off('data', listen);
          resolve(snapshot);
          return;
        }
      } catch (error) {
        reject(error);
      }
    };
    events.setEncoding('utf8').on('data', listen);
  });
}
