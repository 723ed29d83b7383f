/**
 * A page with a button for each of three users, and two versions of Sentry. A click starts a flow that reports three events to
 * both, through native `await`, `fetch` and a timer. At each step it waits until the flows of all users have come to it, so
 * that they overlap. `globalThis.result` settles when all events have been sent.
 *
 * Its URL says, after `#`, when the integration is added (`before`, `after` or `never`), and the DSN for each version. Before:
 * this package is loaded first, and the integration is an option of `init()`. After: this package is loaded once both SDKs are
 * initialized.
 */
import * as sentry11 from '@sentry/browser';
import * as sentry10 from 'sentry-browser-10';

export const USERS = ['ada', 'bob', 'cyd'] as const;

type Sdk = Pick<typeof sentry11, 'init' | 'addIntegration' | 'withScope' | 'withIsolationScope' | 'flush'> &
  Pick<typeof sentry11, 'setUser' | 'setTag' | 'addBreadcrumb' | 'captureMessage' | 'captureException'>;

const SDKS = [sentry11, sentry10 as unknown as Sdk] satisfies Sdk[];

const load = async () => (await import('@throughline/opentelemetry/sentry')).throughlineIntegration;

async function initialize(order: string, dsns: readonly string[]): Promise<void> {
  const createIntegration = order === 'before' ? await load() : undefined;
  for (const [index, sdk] of SDKS.entries()) {
    sdk.init({
      dsn: dsns[index],
      integrations: createIntegration === undefined ? [] : [createIntegration()],
      // A page may have 64 KiB of requests that are kept alive. Each copy of Sentry counts only its own.
      transportOptions: { fetchOptions: { keepalive: false } },
    });
  }
  if (order !== 'after') return;
  const createLate = await load();
  for (const sdk of SDKS) sdk.addIntegration(createLate());
}

/** Returns a function that waits until it has been called for every user. */
function createBarrier(): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (++arrived === USERS.length) open();
    return opened;
  };
}

const allHave = {
  clicked: createBarrier(),
  fetched: createBarrier(),
  forked: createBarrier(),
  waited: createBarrier(),
};

/** Calls a function inside of a fork of both versions. */
function inForks(
  fork: (sdk: Sdk, inner: () => Promise<void>) => Promise<void>,
  fn: () => Promise<void>,
): Promise<void> {
  return SDKS.reduce<() => Promise<void>>((inner, sdk) => () => fork(sdk, inner), fn)();
}

const inIsolation = (sdk: Sdk, inner: () => Promise<void>) => sdk.withIsolationScope(inner);

async function work(user: string): Promise<void> {
  for (const sdk of SDKS) {
    sdk.setUser({ id: user });
    sdk.setTag('user', user);
    sdk.addBreadcrumb({ category: 'flow', message: `${user} clicked` });
  }
  await allHave.clicked();
  for (const sdk of SDKS) sdk.captureMessage(`${user} clicked`);

  const response = await fetch(`/text.txt?user=${user}`);
  await response.text();
  await allHave.fetched();
  for (const sdk of SDKS) {
    sdk.addBreadcrumb({ category: 'flow', message: `${user} fetched` });
    sdk.captureException(new Error(`${user} fetched`));
  }

  const inTaggedScope = (sdk: Sdk, inner: () => Promise<void>) =>
    sdk.withScope((scope) => {
      scope.setTag('inner', user);
      return inner();
    });
  await inForks(inTaggedScope, async () => {
    await allHave.forked();
    await new Promise((resolve) => setTimeout(resolve));
    for (const sdk of SDKS) sdk.captureMessage(`${user} waited`);
    await allHave.waited();
  });
}

async function main(): Promise<void> {
  const [order = '', ...dsns] = decodeURIComponent(location.hash.slice(1)).split(' ');
  await initialize(order, dsns);
  const flows = USERS.map(
    (user) =>
      new Promise<void>((resolve, reject) => {
        const button = document.createElement('button');
        button.id = user;
        button.textContent = user;
        button.addEventListener('click', () => void inForks(inIsolation, () => work(user)).then(resolve, reject));
        document.body.append(button);
      }),
  );
  Object.assign(globalThis, {
    result: Promise.all(flows)
      .then(() => Promise.all(SDKS.map((sdk) => sdk.flush())))
      .then(() => true),
  });
}

Object.assign(globalThis, { ready: main() });
