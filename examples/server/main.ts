/** `npm start`: a server, traffic of its own to prove what it claims, and then whoever comes. */
import { once } from 'node:events';
import { helpText, type Options, readOptions, readStorageName, storageLabels } from './options.js';
import { bold, faint, green, print } from './terminal.js';
import { UserError } from './user-error.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
// Whoever read the output is gone.
process.stdout.on('error', () => stop.abort());

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) process.stdout.write(helpText);
  else process.exitCode = await start(options);
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
  }
}
if (stop.signal.aborted) {
  // The terminal has written ^C in the line.
  if (process.stdout.isTTY) print();
  // Requests that were cut off may still wait for a timer, with nobody left to answer.
  process.exit();
}

/** Gives the exit code. */
async function start({ port, requests, exit }: Options): Promise<number> {
  // Loaded only now, because the storage that the options name is chosen as these are loaded.
  const { startServer } = await import('./server.js');
  const { checkRequestIds, checkShop, printComparison } = await import('./startup-checks.js');
  const { setLogWriter, setUserReader } = await import('./request-log.js');
  const { sessions } = await import('@throughline/request/sessions');
  const { createShopMiddleware } = await import('./shop-middleware.js');
  const { openSessionStore } = await import('./session-store.js');
  const { ensurePrivateFolder, loadSessionSecret } = await import('./session-secret.js');

  const folder = await ensurePrivateFolder();
  const secret = await loadSessionSecret(process.env.SESSION_SECRET, folder);
  const kept = await openSessionStore(process.env.REDIS_URL, folder);
  // Where the server ends, so does the store, and requests that were cut off are told so by nobody.
  const error = (line: string) => {
    if (!stop.signal.aborted) console.error(line);
  };
  const log = { warn: console.warn, error };
  const shop = createShopMiddleware(sessions({ secret, store: kept.store, cookie: { name: 'throughline' }, log }));
  setUserReader(shop.currentUser);
  const server = await startServer(port, { shop }).catch(async (error: unknown) => {
    await kept.close();
    throw error;
  });
  const url = `http://localhost:${server.port}`;
  try {
    print();
    print(`  ${bold('Throughline')} on Node ${process.version}, ${url}`);
    print(
      `  ${faint(`Each request has an id in ${storageLabels[readStorageName(process.env)]}; no function is given it.`)}`,
    );
    print(`  ${faint(`Sessions are kept in ${kept.location}.`)}`);
    print();
    const mixedUp = await checkRequestIds(server, requests, stop.signal);
    print();
    const inShop = await checkShop(server, requests, stop.signal);
    print();
    const alsoMixedUp = await printComparison(requests, stop.signal);
    print();
    if (exit) return mixedUp + inShop + alsoMixedUp === 0 ? 0 : 1;

    print(`  ${green('●')} ${bold(url)} shows the requests in flight.`);
    print(`  ${green('●')} ${bold(`${url}/shop`)} signs you in: one user in each window, with a cart of its own.`);
    print(`  ${green('●')} ${bold(`${url}/browser/`)} shows two users at once in a browser.`);
    print(`  ${green('●')} ${bold(`${url}/tracing/`)} shows a library for Node in a browser.`);
    print(`    ${faint('Ctrl-C ends.')}`);
    print();
    setLogWriter((line) => print(`  ${line}`));
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    return 0;
  } finally {
    await server.close();
    await kept.close();
  }
}
