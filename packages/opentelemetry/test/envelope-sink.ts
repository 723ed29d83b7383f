/**
 * A server that receives what Sentry's SDKs send, in place of Sentry's own. An envelope has a header and items; each item has
 * a header and a payload, all in lines of JSON. https://develop.sentry.dev/sdk/foundations/envelopes/
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The part of an event that the tests read. */
export interface SentryEvent {
  readonly message?: string;
  readonly exception?: { readonly values: readonly { readonly value: string }[] };
  readonly user?: { readonly id?: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly breadcrumbs?: readonly {
    readonly category?: string;
    readonly message?: string;
    readonly data?: { readonly url?: string };
  }[];
}

export interface EnvelopeSink extends AsyncDisposable {
  /** Returns the address that an SDK sends the events of a project to. */
  dsnOf(project: number): string;
  /** Returns the events of a project that have arrived since the last call. */
  takeEvents(project: number): readonly SentryEvent[];
}

/** Starts a sink on a free port of 127.0.0.1. */
export async function startEnvelopeSink(): Promise<EnvelopeSink> {
  const events = new Map<number, SentryEvent[]>();
  const takeEvents = (project: number) => {
    const taken = events.get(project) ?? [];
    events.set(project, []);
    return taken;
  };
  const server = createServer(async (request, response) => {
    const project = Number(/^\/api\/(\d+)\/envelope\//.exec(request.url ?? '')?.[1]);
    const [, ...lines] = (await text(request)).split('\n');
    for (let index = 0; index + 1 < lines.length; index += 2) {
      const { type } = JSON.parse(lines[index] ?? '') as { type: string };
      if (type !== 'event') continue;
      const received = JSON.parse(lines[index + 1] ?? '') as SentryEvent;
      events.set(project, [...(events.get(project) ?? []), received]);
    }
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dsnOf: (project) => `http://key@127.0.0.1:${port}/${project}`,
    takeEvents,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
