/** `npm run example:orders`: starts Redis, a worker and the shop, and then serves visitors, or sends orders itself. */
import { once } from 'node:events';
import { bold, faint, formatCount, green, print, red } from '@throughline/example-server/terminal';
import { formatTable } from '@throughline/example-server/text-table';
import { UserError } from '@throughline/example-server/user-error';
import { createTelemetry } from '@throughline/propagation/bullmq';
import { Queue } from 'bullmq';
import { openRedis } from './open-redis.js';
import { helpText, type Options, readOptions } from './options.js';
import { type OrderData, QUEUE } from './order-data.js';
import { sendOrders } from './send-orders.js';
import { type Shop, startShop } from './shop.js';
import { startWorker, type WorkerProcess } from './worker-process.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.isHelpWanted) process.stdout.write(helpText);
  else process.exitCode = await start(options);
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}

/** @returns the exit code */
async function start({ port, orders, isExitWanted }: Options): Promise<number> {
  const redis = await openRedis(process.env.REDIS_URL);
  const queue = new Queue<OrderData>(QUEUE, { connection: redis.connection, telemetry: createTelemetry() });
  let shop: Shop | undefined;
  let worker: WorkerProcess | undefined;
  try {
    shop = await startShop(queue, port);
    const { book } = shop;
    worker = await startWorker(redis.connection, (line) => book.addLine(line));
    const url = `http://localhost:${shop.port}`;
    print();
    print(`  ${bold('A shop')} on Node ${process.version}, ${url}`);
    print(
      `  ${faint(`The shop is process ${process.pid}, and its worker is process ${worker.pid}. ${redis.description}`)}`,
    );
    print();
    if (isExitWanted) return printResult(shop, orders, await sendOrders(shop, orders));
    print(`  ${green('●')} ${bold(url)} shows the way of each order through all processes.`);
    print(`    ${faint('Press Ctrl-C to stop.')}`);
    print();
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    return 0;
  } finally {
    await worker?.kill();
    await shop?.close();
    await queue.close();
    await redis.close();
  }
}

/** Prints the counts, and returns the exit code. */
function printResult({ book }: Shop, orders: number, unfinished: number): number {
  const { lines, retries, wrong, missing } = book.totals;
  const rows = [
    ['orders', formatCount(orders)],
    ['log lines of all processes', formatCount(lines)],
    ['jobs that were tried again', formatCount(retries)],
    ['wrong values', formatCount(wrong)],
    ['missing values', formatCount(missing)],
    ['orders without an end', formatCount(unfinished)],
  ];
  const isGood = wrong + missing + unfinished === 0;
  for (const [index, line] of formatTable(rows).entries()) {
    print(`  ${index < 3 ? line : bold(isGood ? green(line) : red(line))}`);
  }
  print();
  return isGood ? 0 : 1;
}
