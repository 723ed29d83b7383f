/**
 * Runs the examples of the docblocks of the queues, and the programs of docs/propagation-queues.md, with real servers, and
 * compares what they print with their comments.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { examplesOf, expectedLines, readPublicDeclarations, runExample } from '@throughline/testing/docblocks';

/** The address of each server in the examples, and with its port in the tests. */
const ADDRESSES = {
  Redis: ['port: 6379', 'port: '],
  RabbitMQ: ['amqp://127.0.0.1', 'amqp://127.0.0.1:'],
  NATS: ['nats://127.0.0.1', 'nats://127.0.0.1:'],
  PostgreSQL: ['postgres@127.0.0.1', 'postgres@127.0.0.1:'],
} as const;

const packageFolder = new URL('../../../', import.meta.url);
const folder = fileURLToPath(packageFolder);

/** Returns the examples, by their title. */
function readExamples(): Map<string, string> {
  const examples = new Map<string, string>();
  for (const { name, subpath, docblock } of readPublicDeclarations(packageFolder)) {
    if (!/^\.\/(?:bullmq|amqplib|nats|pg-boss|kafkajs)$/.test(subpath)) continue;
    for (const code of examplesOf(docblock)) examples.set(`${name} of ${subpath}`, code);
  }
  const page = readFileSync(new URL('../../docs/propagation-queues.md', packageFolder), 'utf8');
  for (const [, code = ''] of page.matchAll(/^```js\n([\s\S]*?)^```/gm)) {
    const [, file = ''] = /^\/\/ (\S+\.mjs)\n/.exec(code) ?? [];
    examples.set(`${file} of docs/propagation-queues.md`, code);
  }
  return examples;
}

/** Runs the examples that use a server, each as a test. */
export async function runExamples(context: TestContext, server: keyof typeof ADDRESSES, port: number): Promise<void> {
  const [address, replacement] = ADDRESSES[server];
  const selected = [...readExamples()].filter(([, code]) => code.includes(address));
  assert.ok(selected.length >= 4, `${selected.length} examples`);
  for (const [name, code] of selected) {
    await context.test(name, async () => {
      assert.notEqual(expectedLines(code).length, 0, 'the example shows what it prints');
      await runExample(code.replace(address, `${replacement}${port}`), { folder });
    });
  }
}

/** Runs the examples that use none of the servers: those of Kafka. They connect to no broker. */
export async function runExamplesWithoutServer(context: TestContext): Promise<void> {
  const addresses = Object.values(ADDRESSES).map(([address]) => address);
  const selected = [...readExamples()].filter(([, code]) => !addresses.some((address) => code.includes(address)));
  assert.equal(selected.length, 4);
  for (const [name, code] of selected) {
    await context.test(name, () => runExample(code, { folder }));
  }
}
