/**
 * Runs everything that `npm start` does before it serves visitors, and prints the results: the two checks and the
 * comparison.
 */

import { ProgressBar } from './progress-bar.js';
import { createRequestId } from './request-id.js';
import { setLogWriter } from './request-log.js';
import type { RunningServer } from './server.js';
import { REQUESTS_PER_USER, sendShopTraffic } from './shop-traffic.js';
import { type ComparisonRow, compareStorages } from './storage-comparison.js';
import { bold, faint, formatCount, green, print, red } from './terminal.js';
import { formatTable } from './text-table.js';
import { sendWorkTraffic } from './work-traffic.js';

const USERS = 200;
/** Few enough that the first lines of the log show finished requests too. */
const INITIAL_USERS = 4;
const LOG_LINES = 12;

/**
 * Sends the traffic of many concurrent users, and prints the result.
 * @returns how many reads returned anything but the request's own id
 */
export async function checkRequestIds(server: RunningServer, requests: number, signal: AbortSignal): Promise<number> {
  const users = Math.min(USERS, requests);
  print(`  ${formatCount(users)} concurrent users send ${formatCount(requests)} requests. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${formatCount(requests)} requests`);
  const log = printFirstLogLines();
  let responses = 0;
  const onResponse = () => {
    responses++;
    if (log.isOver()) bar.show(responses / requests);
  };
  const load = { port: server.port, path: '/work', requests, users, initialUsers: INITIAL_USERS };
  const traffic = await sendWorkTraffic({ ...load, createId: createRequestId, signal, onResponse }).finally(() =>
    bar.clear(),
  );
  log.end();
  // The users see what the responses report. The server also sees what its inner route read.
  const mixedUp = Math.max(traffic.mixedUp, server.totals.mixedUp);
  const [requestsLine = '', readsLine = '', mixedUpLine = ''] = formatTable([
    ['requests', formatCount(traffic.requests)],
    ['id reads', formatCount(traffic.reads)],
    ['mixed-up contexts', formatCount(mixedUp)],
  ]);
  print(`  ${requestsLine}`);
  print(`  ${readsLine}`);
  print(`  ${bold(mixedUp === 0 ? green(mixedUpLine) : red(mixedUpLine))}`);
  return mixedUp;
}

/**
 * Simulates many concurrent users who sign in, fill their carts, work and sign out, and prints the result.
 * @param requests the approximate number of requests; there is at least one user
 * @returns how many reads, carts or items were mixed up or lost
 */
export async function checkShop(server: RunningServer, requests: number, signal: AbortSignal): Promise<number> {
  const users = Math.max(1, Math.min(USERS, Math.floor(requests / REQUESTS_PER_USER)));
  const total = users * REQUESTS_PER_USER;
  print(`  ${formatCount(users)} concurrent users sign in, fill their carts, work and sign out. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${formatCount(total)} requests`);
  const log = printFirstLogLines();
  let responses = 0;
  const onResponse = () => {
    responses++;
    if (log.isOver()) bar.show(responses / total);
  };
  const load = { port: server.port, users, workPath: '/work', createId: createRequestId, signal, onResponse } as const;
  const traffic = await sendShopTraffic(load).finally(() => bar.clear());
  log.end();
  const failures = traffic.mixedUp + traffic.cartsMixedUp + traffic.lost;
  const [requestsLine = '', readsLine = '', ...resultLines] = formatTable([
    ['requests', formatCount(traffic.requests)],
    ['id, user and cart reads', formatCount(traffic.reads)],
    ['mixed-up contexts', formatCount(traffic.mixedUp)],
    ['mixed-up carts', formatCount(traffic.cartsMixedUp)],
    ['lost cart items', formatCount(traffic.lost)],
  ]);
  print(`  ${requestsLine}`);
  print(`  ${readsLine}`);
  for (const line of resultLines) print(`  ${bold(failures === 0 ? green(line) : red(line))}`);
  return failures;
}

/** Prints the first lines of the log and drops the rest. */
function printFirstLogLines(): { end: () => void; isOver: () => boolean } {
  let count = 0;
  let isOver = false;
  const end = () => {
    if (!isOver) print();
    isOver = true;
    setLogWriter(() => {});
  };
  setLogWriter((line) => {
    count++;
    print(`  ${count > LOG_LINES ? faint('…') : line}`);
    if (count > LOG_LINES) end();
  });
  return { end, isOver: () => isOver };
}

/**
 * Measures and prints requests per second with each storage.
 * @returns how many contexts were mixed up
 */
export async function printComparison(requests: number, signal: AbortSignal): Promise<number> {
  print('  Requests per second. Each row is a separate process, and the processes are measured in turns:');
  print();
  const bar = new ProgressBar('of the measurements');
  const onProgress = (done: number) => bar.show(done);
  onProgress(0);
  const rows = await compareStorages({ requests, signal, onProgress }).finally(() => bar.clear());
  const [headings = '', ...lines] = formatTable([HEADINGS, ...rows.map(cells)]);
  print(`  ${faint(headings)}`);
  for (const line of lines) print(`  ${line}`);
  print();
  print(`  ${faint('Most of this time is not spent in storages. npm run bench measures the storages alone.')}`);
  return rows.reduce((sum, { mixedUp }) => sum + mixedUp, 0);
}

const HEADINGS = ['AsyncLocalStorage', 'storages', 'requests/s', 'range', 'CPU ms/request', 'mixed up'];

const STORAGE_NAMES: Record<ComparisonRow['storage'], string> = {
  none: 'none',
  runtime: 'node:async_hooks',
  throughline: 'throughline',
  global: 'a plain variable',
};

function cells({ storage, storages, rate, cost, mixedUp }: ComparisonRow): string[] {
  return [
    STORAGE_NAMES[storage],
    `${storages}`,
    formatCount(rate.median),
    `${formatCount(rate.lowest)} to ${formatCount(rate.highest)}`,
    cost.toFixed(2),
    storage === 'none' ? '' : formatCount(mixedUp),
  ];
}
