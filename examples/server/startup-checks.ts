/** What `npm start` does before it goes on serving: the check, the comparison, and what they found. */

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
/** So few at first that the lines of the log that are shown have both starts and finishes. */
const USERS_AT_FIRST = 4;
const LINES = 12;

/** Sends the server traffic of many users at once. Gives how many reads were not of the request's own id. */
export async function checkRequestIds(server: RunningServer, requests: number, signal: AbortSignal): Promise<number> {
  const users = Math.min(USERS, requests);
  print(`  ${formatCount(users)} users at once send ${formatCount(requests)} requests. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${formatCount(requests)} requests`);
  const lines = firstLines();
  let answered = 0;
  const onResponse = () => {
    answered++;
    if (lines.ended()) bar.show(answered / requests);
  };
  const load = { port: server.port, path: '/work', requests, users, initialUsers: USERS_AT_FIRST };
  const traffic = await sendWorkTraffic({ ...load, createId: createRequestId, signal, onResponse }).finally(() =>
    bar.clear(),
  );
  lines.end();
  // The users see what they are answered; the server also sees what its second route read.
  const mixedUp = Math.max(traffic.mixedUp, server.totals.mixedUp);
  const [sent = '', reads = '', mixed = ''] = formatTable([
    ['requests', formatCount(traffic.requests)],
    ['reads of their ids', formatCount(traffic.reads)],
    ['contexts mixed up', formatCount(mixedUp)],
  ]);
  print(`  ${sent}`);
  print(`  ${reads}`);
  print(`  ${bold(mixedUp === 0 ? green(mixed) : red(mixed))}`);
  return mixedUp;
}

/**
 * Has many users sign in, fill their carts, work and sign out, all at once. Gives how much was not the user's own, or lost.
 * @param requests about how many; there is at least one user
 */
export async function checkShop(server: RunningServer, requests: number, signal: AbortSignal): Promise<number> {
  const users = Math.max(1, Math.min(USERS, Math.floor(requests / REQUESTS_PER_USER)));
  const total = users * REQUESTS_PER_USER;
  print(`  ${formatCount(users)} users sign in, fill their carts, work and sign out, all at once. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${formatCount(total)} requests`);
  const lines = firstLines();
  let answered = 0;
  const onResponse = () => {
    answered++;
    if (lines.ended()) bar.show(answered / total);
  };
  const load = { port: server.port, users, work: '/work', createId: createRequestId, signal, onResponse } as const;
  const found = await sendShopTraffic(load).finally(() => bar.clear());
  lines.end();
  const wrong = found.mixedUp + found.cartsMixedUp + found.lost;
  const [sent = '', reads = '', ...results] = formatTable([
    ['requests', formatCount(found.requests)],
    ['reads of ids, users and carts', formatCount(found.reads)],
    ['contexts mixed up', formatCount(found.mixedUp)],
    ['carts mixed up', formatCount(found.cartsMixedUp)],
    ['lost from a cart', formatCount(found.lost)],
  ]);
  print(`  ${sent}`);
  print(`  ${reads}`);
  for (const line of results) print(`  ${bold(wrong === 0 ? green(line) : red(line))}`);
  return wrong;
}

/** Prints the first lines of the log, and leaves out the rest. */
function firstLines(): { end: () => void; ended: () => boolean } {
  let count = 0;
  let ended = false;
  const end = () => {
    if (!ended) print();
    ended = true;
    setLogWriter(() => {});
  };
  setLogWriter((line) => {
    count++;
    print(`  ${count > LINES ? faint('…') : line}`);
    if (count > LINES) end();
  });
  return { end, ended: () => ended };
}

/** Measures requests a second. Gives how many contexts were mixed up there. */
export async function printComparison(requests: number, signal: AbortSignal): Promise<number> {
  print('  Requests a second, each line a process of its own, measured in turns:');
  print();
  const bar = new ProgressBar('of the measurements');
  const onProgress = (done: number) => bar.show(done);
  onProgress(0);
  const rows = await compareStorages({ requests, signal, onProgress }).finally(() => bar.clear());
  const [headings = '', ...lines] = formatTable([HEADINGS, ...rows.map(cells)]);
  print(`  ${faint(headings)}`);
  for (const line of lines) print(`  ${line}`);
  print();
  print(`  ${faint('Most of this work is not storage. npm run bench measures the storages alone.')}`);
  return rows.reduce((sum, { mixedUp }) => sum + mixedUp, 0);
}

const HEADINGS = ['AsyncLocalStorage', 'storages', 'requests/s', 'lowest to highest', 'CPU ms/request', 'mixed up'];

const NAMES: Record<ComparisonRow['storage'], string> = {
  none: 'none',
  runtime: 'of node:async_hooks',
  throughline: 'of throughline',
  global: 'a plain variable',
};

function cells({ storage, storages, rate, cost, mixedUp }: ComparisonRow): string[] {
  return [
    NAMES[storage],
    `${storages}`,
    formatCount(rate.median),
    `${formatCount(rate.lowest)} to ${formatCount(rate.highest)}`,
    cost.toFixed(2),
    storage === 'none' ? '' : formatCount(mixedUp),
  ];
}
