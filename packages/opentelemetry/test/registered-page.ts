/**
 * A page that is traced by `registerWeb()`. Nothing in it passes a span on: a click starts requests, through native
 * `await`, timers, a promise that both clicks wait for, an async generator and `XMLHttpRequest`. `globalThis.result`
 * settles when all spans have been sent to the server, to the names of the users whose requests had no active span.
 */
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerWeb } from '@throughline/opentelemetry/web';

const USERS = ['ada', 'bob'];
/** The click, six times `fetch` and one `XMLHttpRequest`. */
const SPANS_PER_CLICK = 8;

let endedSpans = 0;
let notifyAllEnded = () => {};
const allEnded = new Promise<void>((resolve) => {
  notifyAllEnded = resolve;
});

const { tracerProvider, shutdown } = registerWeb({
  serviceName: 'page',
  exporter: new OTLPTraceExporter({ url: `${location.origin}/v1/traces` }),
  spanProcessors: [
    {
      onStart() {},
      onEnd() {
        if (++endedSpans === USERS.length * SPANS_PER_CLICK) notifyAllEnded();
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const get = async (path: string) => (await fetch(path)).text();

function getWithXmlHttpRequest(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', path);
    request.onload = () => resolve();
    request.onerror = reject;
    request.send();
  });
}

async function* steps(user: string) {
  for (const step of ['one', 'two', 'three']) {
    await pause(Math.random() * 10);
    yield `/${user}/${step}`;
  }
}

let clicks = 0;
let notifyAllClicked = () => {};
const allClicked = new Promise<void>((resolve) => {
  notifyAllClicked = resolve;
});

async function order(user: string): Promise<string[]> {
  await allClicked;
  await get(`/${user}/first`);
  await pause(5);
  await getWithXmlHttpRequest(`/${user}/xhr`);
  for await (const path of steps(user)) await get(path);
  await Promise.all([get(`/${user}/left`), get(`/${user}/right`)]);
  return trace.getActiveSpan() === undefined ? [user] : [];
}

const orders = USERS.map((user) => {
  const button = document.createElement('button');
  button.id = user;
  button.textContent = user;
  document.body.append(button);
  return new Promise<string[]>((resolve, reject) => {
    button.addEventListener('click', () => {
      order(user).then(resolve, reject);
      if (++clicks === USERS.length) notifyAllClicked();
    });
  });
});

async function main(): Promise<string[]> {
  const withoutSpan = (await Promise.all(orders)).flat();
  await allEnded;
  await tracerProvider.forceFlush();
  await shutdown();
  // Nothing is traced any more: the server would receive a header.
  await get('/after/shutdown');
  return withoutSpan;
}

Object.assign(globalThis, { result: main() });
