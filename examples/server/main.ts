/** `npm start`: starts the server, checks and measures it with its own traffic, and then serves visitors. */
import { once } from 'node:events';
import { helpText, type Options, readOptions, readStorageName, storageLabels } from './options.js';
import { bold, faint, green, print } from './terminal.js';
import { UserError } from './user-error.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
// An error of stdout means that the process that reads the output has gone, as in `npm start | head`.
process.stdout.on('error', () => stop.abort());

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.isHelpWanted) process.stdout.write(helpText);
  else process.exitCode = await start(options);
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
  }
}
if (stop.signal.aborted) {
  // The terminal has written ^C into the current line.
  if (process.stdout.isTTY) print();
  // Aborted requests may still hold timers, which would keep the process alive although no client waits for them.
  process.exit();
}

/** @returns the exit code */
async function start({ port, requests, isExitWanted, isInspectorWanted }: Options): Promise<number> {
  const inspector = isInspectorWanted ? await startInspector() : undefined;
  // These modules are imported only now, because they select the storage class from the options when they load.
  const { startServer } = await import('./server.js');
  const { checkRequestIds, checkShop, printComparison } = await import('./startup-checks.js');
  const { setLogWriter, setUserReader } = await import('./request-log.js');
  const { sessions } = await import('@throughline/request/sessions');
  const { createShopMiddleware } = await import('./shop-middleware.js');
  const { openSessionStore } = await import('./session-store.js');
  const { ensurePrivateFolder, loadSessionSecret } = await import('./session-secret.js');

  const folder = await ensurePrivateFolder();
  const secret = await loadSessionSecret(process.env.SESSION_SECRET, folder);
  const sessionStore = await openSessionStore(process.env.REDIS_URL, folder);
  // On shutdown the store closes while aborted requests may still use it. Their errors are of no interest then.
  const error = (line: string) => {
    if (!stop.signal.aborted) console.error(line);
  };
  const log = { warn: console.warn, error };
  const shop = createShopMiddleware(
    sessions({ secret, store: sessionStore.store, cookie: { name: 'throughline' }, log }),
  );
  setUserReader(shop.currentUser);
  let isServing = false;
  const server = await startServer(port, { shop, isPlayable: () => isServing }).catch(async (error: unknown) => {
    await sessionStore.close();
    throw error;
  });
  const url = `http://localhost:${server.port}`;
  try {
    print();
    print(`  ${bold('Throughline')} on Node ${process.version}, ${url}`);
    print(
      `  ${faint(`Request ids are stored in ${storageLabels[readStorageName(process.env)]}. No function receives one as an argument.`)}`,
    );
    print(`  ${faint(`Sessions are stored in ${sessionStore.location}.`)}`);
    print();
    const mixedUpIds = await checkRequestIds(server, requests, stop.signal);
    print();
    const shopFailures = await checkShop(server, requests, stop.signal);
    print();
    const mixedUpInComparison = await printComparison(requests, stop.signal);
    print();
    if (isExitWanted) return mixedUpIds + shopFailures + mixedUpInComparison === 0 ? 0 : 1;

    isServing = true;
    print(`  ${green('●')} ${bold(url)} shows the requests in flight.`);
    print(`  ${green('●')} ${bold(`${url}/shop`)} signs you in: one user per browser, each with a separate cart.`);
    print(`  ${green('●')} ${bold(`${url}/browser/`)} shows two users at once in a browser.`);
    print(
      `  ${green('●')} ${bold(`${url}/tracing/`)} shows the trace of a click, with three context managers of OpenTelemetry.`,
    );
    if (inspector !== undefined) print(`  ${green('●')} ${bold(inspector.url)} shows the live flows.`);
    print(
      `    ${faint('The log names your requests. It omits those that an open page sends while it plays. Press Ctrl-C to stop.')}`,
    );
    print();
    setLogWriter((line) => print(`  ${line}`));
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    return 0;
  } finally {
    await server.close();
    await sessionStore.close();
  }
}

/** Loads the doctor, which instruments what is loaded after it, and opens its page. */
async function startInspector() {
  await import('@throughline/doctor/register');
  const { inspectFlows } = await import('@throughline/doctor');
  return inspectFlows();
}
