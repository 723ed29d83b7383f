/** What a page sends to its development server. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { findThroughlinePackage } from '../throughline-package.js';
import { PageDoctor, setUpDoctor } from './page-doctor.js';
import { receiveFindings } from './receive-findings.js';

const finding = {
  kind: 'lost callback',
  severity: 'another',
  storage: 'users',
  message: '`users` was read with the value of another flow',
  count: 2,
  places: [{ file: 'http://localhost/src/main.js', line: 3, column: 5, code: '    read(() => 1);', note: 'here' }],
  remedy: { text: 'bind the function to its flow', code: null },
};

describe('findings that a page sends', () => {
  const printed: string[] = [];
  let origin = '';
  const throughlineDirectory = findThroughlinePackage(process.cwd());
  const setup = setUpDoctor(true, '/project', { urlPrefix: '/', outsidePrefix: '/@fs/', throughlineDirectory });
  assert.ok(setup);
  const receive = receiveFindings(new PageDoctor(setup), (text) => printed.push(text));
  const server = createServer(receive);
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const send = async (body: string, headers: Record<string, string> = { origin }, method = 'POST') => {
    const response = await fetch(origin, { method, headers, ...(method === 'POST' && { body }) });
    return response.status;
  };

  /** Sends a finding at a place in a file, and returns what is printed. */
  const printedFor = async (file: string) => {
    const places = [{ ...finding.places[0], file }];
    assert.equal(await send(JSON.stringify({ findings: [{ ...finding, places }] })), 204, file);
    return printed.at(-1) ?? '';
  };

  it('are printed with the paths of their files', async () => {
    assert.match(
      await printedFor(`${origin}/src/main.js`),
      /another's value: `users` was read .*, 2 times\n {2}\/project\/src\/main\.js:3:5 /,
    );
    assert.match(await printedFor(`${origin}/@fs/shared/a%20b.js`), /\n {2}\/shared\/a b\.js:3:5 /);
  });

  it('are printed with the URLs of files of other servers, and of those that are no path', async () => {
    for (const url of ['https://cdn.example.com/lib.js', `${origin}/100%.js`, 'http://[', 'webpack://app/./a.js']) {
      assert.ok((await printedFor(url)).includes(`\n  ${url}:3:5 `), url);
    }
  });

  it('are printed with all lines that a remedy changes', async () => {
    const otherLines = [{ file: `${origin}/src/copy.js`, line: 7, code: 'const users = shared;' }];
    const remedy = { text: 'share the storage', code: 'const users = shared;', otherLines };
    assert.equal(await send(JSON.stringify({ findings: [{ ...finding, remedy }] })), 204);
    assert.match(printed.at(-1) ?? '', /\n {2}\/project\/src\/copy\.js:7 +const users = shared;\n/);
  });

  it('are printed without control characters', async () => {
    const message = 'clear \u001b[2Jthe screen';
    assert.equal(await send(JSON.stringify({ findings: [{ ...finding, message }] })), 204);
    assert.match(printed.at(-1) ?? '', /clear {2}\[2Jthe screen/);
    assert.match(await printedFor(`${origin}/src/%1B%5B2J.js`), /\n {2}\/project\/src\/ \[2J\.js:3:5 /);
  });

  it('are refused if they come from another page, or are none', async () => {
    const { length } = printed;
    const body = JSON.stringify({ findings: [finding] });
    assert.equal(await send(body, { origin: 'http://127.0.0.1:1' }), 403);
    assert.equal(await send(body, {}), 403);
    assert.equal(await send('', { origin }, 'GET'), 405);
    for (const other of ['', '{', '[]', '{"findings":[{}]}', '{"findings":[{"severity":"toString"}]}']) {
      assert.equal(await send(other), 400, other);
    }
    assert.equal(await send(JSON.stringify({ findings: [{ ...finding, message: 'x'.repeat(2_000_000) }] })), 413);
    assert.equal(printed.length, length);
  });
});
