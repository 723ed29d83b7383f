/**
 * The services that the servers of one run call on the loopback interface: the collectors of the agents, and a host
 * that holds a request until all flows have sent theirs. It then responds to the last one first, so that flows are
 * interleaved.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, inflateSync } from 'node:zlib';
import { certificate, key } from '../../loopback/certificate.js';
import {
  readDatadogSpans,
  readNewRelicSpans,
  readOpenTelemetrySpans,
  readSentrySpans,
  type Span,
} from './agent-traces.js';

export interface LoopbackServices extends AsyncDisposable {
  readonly origin: string;
  /** The port of the collector of New Relic, whose agent uses HTTPS only. */
  readonly securePort: number;
  /** What the collectors have received. */
  readonly spans: readonly Span[];
  /** Whether the agent of New Relic has connected. It does not record what happens before. */
  readonly isNewRelicConnected: boolean;
}

/** What the collector of New Relic returns to the methods that the agent calls before it sends anything. */
function newRelicResult(method: string | null, port: number): unknown {
  if (method === 'preconnect') return { redirect_host: `127.0.0.1:${port}` };
  if (method !== 'connect') return null;
  const limits = { span_event_data: 10_000, analytic_event_data: 1000, custom_event_data: 0, error_event_data: 0 };
  return {
    agent_run_id: 'run',
    account_id: '1',
    primary_application_id: '1',
    trusted_account_key: '1',
    sampling_target: 10_000,
    data_report_period: 1,
    event_harvest_config: { report_period_ms: 500, harvest_limits: limits },
    span_event_harvest_config: { report_period_ms: 500, harvest_limit: 10_000 },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await buffer(request);
  const encoding = request.headers['content-encoding'];
  if (encoding === 'gzip') return gunzipSync(body);
  return encoding === 'deflate' ? inflateSync(body) : body;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts the services. @param flowCount how many flows there are at a time */
export async function startLoopbackServices(flowCount: number): Promise<LoopbackServices> {
  const spans: Span[] = [];
  const held = new Map<string, ServerResponse[]>();
  let isNewRelicConnected = false;

  function hold(step: string, response: ServerResponse): void {
    const responses = held.get(step) ?? [];
    held.set(step, responses);
    responses.push(response);
    if (responses.length < flowCount) return;
    held.delete(step);
    for (const waiting of responses.reverse()) waiting.end('held');
  }

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const [, first, ...rest] = pathname.split('/');
    if (first === 'held') return hold(rest.slice(0, 2).join('/'), response);
    const body = await readBody(request);
    if (pathname === '/v1/traces') spans.push(...readOpenTelemetrySpans(body));
    else if (pathname === '/api/1/envelope/') spans.push(...readSentrySpans(body));
    else if (pathname === '/v0.4/traces') spans.push(...readDatadogSpans(body));
    else if (pathname !== '/info' && !pathname.startsWith('/telemetry')) response.statusCode = 404;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const secureServer = createSecureServer({ key, cert: certificate }, async (request, response) => {
    const method = new URL(request.url ?? '/', 'https://host').searchParams.get('method');
    const body = await readBody(request);
    if (method === 'agent_settings') isNewRelicConnected = true;
    if (method === 'span_event_data') spans.push(...readNewRelicSpans(body));
    const return_value = newRelicResult(method, securePort);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ return_value }));
  });
  const port = await listen(server);
  const securePort = await listen(secureServer);
  return {
    origin: `http://127.0.0.1:${port}`,
    securePort,
    spans,
    get isNewRelicConnected() {
      return isNewRelicConnected;
    },
    async [Symbol.asyncDispose]() {
      for (const open of [server, secureServer]) {
        open.close();
        open.closeAllConnections();
      }
    },
  };
}
