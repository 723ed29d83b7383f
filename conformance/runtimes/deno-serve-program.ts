/** A program that prints the values in the handlers of `Deno.serve()`, which enter a value. */
import { AsyncLocalStorage } from 'throughline';

interface DenoServer {
  readonly addr: { readonly port: number };
  shutdown(): Promise<void>;
}
const { Deno } = globalThis as unknown as { Deno: { serve(options: object, handler?: object): DenoServer } };

const storage = new AsyncLocalStorage<string>();
const observed: string[] = [];
const handle = (request: Request) => {
  observed.push(`${storage.getStore()} ${new URL(request.url).pathname}`);
  storage.enterWith('entered');
  return new Response('text');
};
const options = { port: 0, hostname: '127.0.0.1', onListen: () => {} };
for (const serve of [() => Deno.serve(options, handle), () => Deno.serve({ ...options, handler: handle })]) {
  const server = storage.run('serve', serve);
  for (const path of ['a', 'b']) await (await fetch(`http://127.0.0.1:${server.addr.port}/${path}`)).text();
  await server.shutdown();
}

const { default: process } = await import('node:process');
process.stdout.write(`${JSON.stringify(observed)}\n`, () => process.exit(0));
