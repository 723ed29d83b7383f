/**
 * One of the battery's servers on Bun or Deno. Started with the name of the app and its options as JSON; writes its port as
 * a line and ends when its input ends.
 */
import { buildApp, type Fetch } from '../apps/build-app.js';

/** What is used of the two runtimes, whose types are not here. */
interface Runtimes {
  Bun?: { serve(options: { hostname: string; port: number; fetch: Fetch; websocket?: unknown }): { port: number } };
  Deno?: {
    serve(
      options: { hostname: string; port: number; onListen(address: { port: number }): void },
      fetch: Fetch,
    ): unknown;
  };
}

const { Bun, Deno }: Runtimes = globalThis as Runtimes;
const [name = '', options = '{}'] = process.argv.slice(2);
const hostname = '127.0.0.1';

process.stdin.on('end', () => process.exit(0)).resume();

const runtime = Bun === undefined ? 'deno' : 'bun';
const fetch = buildApp(name, JSON.parse(options), (await import(`hono/${runtime}`)).upgradeWebSocket);

if (name === 'h3') {
  // The entries for a runtime have one shape; only that runtime can load its own.
  const { serve }: typeof import('srvx') = await import(`srvx/${runtime}`);
  const { plugin }: typeof import('crossws/server') = await import(`crossws/server/${runtime}`);
  const server = serve({ fetch, hostname, port: 0, silent: true, plugins: [plugin({})] });
  await server.ready();
  tell(Number(new URL(server.url ?? '').port));
} else if (Bun !== undefined) {
  const { websocket } = await import('hono/bun');
  tell(Bun.serve({ hostname, port: 0, fetch, websocket }).port);
} else if (Deno !== undefined) {
  Deno.serve({ hostname, port: 0, onListen: ({ port }) => tell(port) }, fetch);
} else {
  throw new Error('bun-deno-server.js serves on Bun and on Deno: start it there.');
}

function tell(port: number): void {
  console.log(port);
}
