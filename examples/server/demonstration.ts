/** What `npm start` does before it goes on serving: the check, the comparison, and what they found. */
import { compare, type Row } from './comparison.js';
import { ProgressBar } from './progress-bar.js';
import { newRequestId } from './request-id.js';
import { logTo } from './request-log.js';
import type { RunningServer } from './server.js';
import { requestsOfUser, sendShopTraffic } from './shop-traffic.js';
import { table } from './table.js';
import { bold, faint, green, grouped, print, red } from './terminal.js';
import { sendTraffic } from './traffic.js';

const USERS = 200;
/** So few at first that the lines of the log that are shown have both starts and finishes. */
const USERS_AT_FIRST = 4;
const LINES = 12;

/** Sends the server traffic of many users at once. Gives how many reads were not of the request's own id. */
export async function check(server: RunningServer, requests: number, signal: AbortSignal): Promise<number> {
  const users = Math.min(USERS, requests);
  print(`  ${grouped(users)} users at once send ${grouped(requests)} requests. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${grouped(requests)} requests`);
  const lines = firstLines();
  let answered = 0;
  const onAnswer = () => {
    answered++;
    if (lines.ended()) bar.show(answered / requests);
  };
  const load = { port: server.port, path: '/work', requests, users, atFirst: USERS_AT_FIRST };
  const traffic = await sendTraffic({ ...load, newId: newRequestId, signal, onAnswer }).finally(() => bar.clear());
  lines.end();
  // The users see what they are answered; the server also sees what its second route read.
  const mixedUp = Math.max(traffic.mixedUp, server.totals.mixedUp);
  const [sent = '', reads = '', mixed = ''] = table([
    ['requests', grouped(traffic.requests)],
    ['reads of their ids', grouped(traffic.reads)],
    ['contexts mixed up', grouped(mixedUp)],
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
  const users = Math.max(1, Math.min(USERS, Math.floor(requests / requestsOfUser)));
  const total = users * requestsOfUser;
  print(`  ${grouped(users)} users sign in, fill their carts, work and sign out, all at once. The log begins:`);
  print();
  const bar = new ProgressBar(`of ${grouped(total)} requests`);
  const lines = firstLines();
  let answered = 0;
  const onAnswer = () => {
    answered++;
    if (lines.ended()) bar.show(answered / total);
  };
  const load = { port: server.port, users, work: '/work', newId: newRequestId, signal, onAnswer } as const;
  const found = await sendShopTraffic(load).finally(() => bar.clear());
  lines.end();
  const wrong = found.mixedUp + found.cartsMixedUp + found.lost;
  const [sent = '', reads = '', ...results] = table([
    ['requests', grouped(found.requests)],
    ['reads of ids, users and carts', grouped(found.reads)],
    ['contexts mixed up', grouped(found.mixedUp)],
    ['carts mixed up', grouped(found.cartsMixedUp)],
    ['lost from a cart', grouped(found.lost)],
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
    logTo(() => {});
  };
  logTo((line) => {
    count++;
    print(`  ${count > LINES ? faint('…') : line}`);
    if (count > LINES) end();
  });
  return { end, ended: () => ended };
}

/** Measures requests a second. Gives how many contexts were mixed up there. */
export async function showComparison(requests: number, signal: AbortSignal): Promise<number> {
  print('  Requests a second, each line a process of its own, measured in turns:');
  print();
  const bar = new ProgressBar('of the measurements');
  const onProgress = (done: number) => bar.show(done);
  onProgress(0);
  const rows = await compare({ requests, signal, onProgress }).finally(() => bar.clear());
  const [headings = '', ...lines] = table([HEADINGS, ...rows.map(cells)]);
  print(`  ${faint(headings)}`);
  for (const line of lines) print(`  ${line}`);
  print();
  print(`  ${faint('Most of this work is not storage. npm run bench measures the storages alone.')}`);
  return rows.reduce((sum, { mixedUp }) => sum + mixedUp, 0);
}

const HEADINGS = ['AsyncLocalStorage', 'storages', 'requests/s', 'lowest to highest', 'CPU ms/request', 'mixed up'];

const NAMES: Record<Row['storage'], string> = {
  none: 'none',
  runtime: 'of node:async_hooks',
  throughline: 'of throughline',
  global: 'a plain variable',
};

function cells({ storage, storages, rate, cost, mixedUp }: Row): string[] {
  return [
    NAMES[storage],
    `${storages}`,
    grouped(rate.median),
    `${grouped(rate.lowest)} to ${grouped(rate.highest)}`,
    cost.toFixed(2),
    storage === 'none' ? '' : grouped(mixedUp),
  ];
}
