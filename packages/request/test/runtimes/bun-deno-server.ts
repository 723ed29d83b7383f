/**
 * A server of the battery on Bun or Deno. Its arguments are the name of the application and the options as JSON. It
 * prints its port on a line, and exits when its standard input ends.
 */
import { buildApp, type FetchHandler } from '../apps/build-app.js';

/** The parts of the two runtimes that are used here. Their types are not installed. */
interface Runtimes {
  Bun?: {
    serve(options: { hostname: string; port: number; fetch: FetchHandler; websocket?: unknown }): { port: number };
  };
  Deno?: {
    serve(
      options: { hostname: string; port: number; onListen(address: { port: number }): void },
      fetch: FetchHandler,
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
  // The entry points for the runtimes have the same types, but only the runtime itself can load its own.
  const { serve }: typeof import('srvx') = await import(`srvx/${runtime}`);
  const { plugin }: typeof import('crossws/server') = await import(`crossws/server/${runtime}`);
  const server = serve({ fetch, hostname, port: 0, silent: true, plugins: [plugin({})] });
  await server.ready();
  printPort(Number(new URL(server.url ?? '').port));
} else if (Bun !== undefined) {
  const { websocket } = await import('hono/bun');
  printPort(Bun.serve({ hostname, port: 0, fetch, websocket }).port);
} else if (Deno !== undefined) {
  Deno.serve({ hostname, port: 0, onListen: ({ port }) => printPort(port) }, fetch);
} else {
  throw new Error('bun-deno-server.js runs on Bun and on Deno only. Start it with one of them.');
}

function printPort(port: number): void {
  console.log(port);
}
