/**
 * Sentry's SDK for browsers, in two versions on one page, with three users whose clicks overlap: each event has the user, the
 * tags and the breadcrumbs of its own flow. Without the integration, most have those of another one.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Browser } from '@throughline/testing/browsers';
import { type EnvelopeSink, type SentryEvent, startEnvelopeSink } from './envelope-sink.js';
import { modes } from './page-bundles.js';
import { describeBrowsers } from './pages.js';

const USERS = ['ada', 'bob', 'cyd'];
const STEPS = ['clicked', 'fetched', 'waited'];

/** What an event says about its flow. */
interface Attribution {
  readonly user: string | undefined;
  readonly tag: string | undefined;
  /** The tag of the inner scope, which only the last event has. */
  readonly inner: string | undefined;
  /** The breadcrumbs of the application. */
  readonly steps: readonly (string | undefined)[];
  /** The users in the URLs of the breadcrumbs that Sentry adds for `fetch`. */
  readonly fetches: readonly (string | null)[];
}

function attributionOf({ user, tags, breadcrumbs = [] }: SentryEvent): Attribution {
  const ofCategory = (name: string) => breadcrumbs.filter(({ category }) => category === name);
  return {
    user: user?.id,
    tag: tags?.user,
    inner: tags?.inner,
    steps: ofCategory('flow').map(({ message }) => message),
    fetches: ofCategory('fetch').map(({ data }) => new URL(data?.url ?? '', 'http://page').searchParams.get('user')),
  };
}

function expectedAttribution(user: string, step: string): Attribution {
  const isFirst = step === 'clicked';
  return {
    user,
    tag: user,
    inner: step === 'waited' ? user : undefined,
    steps: isFirst ? [`${user} clicked`] : [`${user} clicked`, `${user} fetched`],
    fetches: isFirst ? [] : [user],
  };
}

const nameOf = ({ message, exception }: SentryEvent): string => message ?? exception?.values[0]?.value ?? '';

/** Returns what the events say about their flows, by the name of the event, and what they should say. */
function compareEvents(
  events: readonly SentryEvent[],
): Readonly<Record<'actual' | 'expected', Record<string, Attribution>>> {
  const names = USERS.flatMap((user) => STEPS.map((step) => `${user} ${step}`));
  assert.deepEqual(events.map(nameOf).sort(), [...names].sort());
  return {
    actual: Object.fromEntries(events.map((event) => [nameOf(event), attributionOf(event)])),
    expected: Object.fromEntries(
      USERS.flatMap((user) => STEPS.map((step) => [`${user} ${step}`, expectedAttribution(user, step)])),
    ),
  };
}

/** Counts the events that have the user of another flow, and those of which anything is wrong. */
function countWrong(events: readonly SentryEvent[]): Readonly<Record<'byUser' | 'byAnything', number>> {
  const { actual, expected } = compareEvents(events);
  const names = Object.keys(expected);
  return {
    byUser: names.filter((name) => actual[name]?.user !== expected[name]?.user).length,
    byAnything: names.filter((name) => !isDeepStrictEqual(actual[name], expected[name])).length,
  };
}

let sink: EnvelopeSink;
before(async () => {
  sink = await startEnvelopeSink();
});
after(() => sink[Symbol.asyncDispose]());

/** Clicks the button of each user. @returns the events of both versions of Sentry */
async function reportEvents(browser: Browser, url: string, order: 'before' | 'after' | 'never') {
  const page = await browser.openPage(
    `${url}#${encodeURIComponent([order, sink.dsnOf(11), sink.dsnOf(10)].join(' '))}`,
  );
  try {
    await page.evaluate('globalThis.ready');
    for (const user of USERS) await page.click(`#${user}`);
    assert.equal(await page.evaluate('globalThis.result'), true);
    return { newer: sink.takeEvents(11), older: sink.takeEvents(10) };
  } finally {
    await page.close();
  }
}

describeBrowsers('events of Sentry', (tests) => {
  for (const mode of modes) {
    for (const order of ['before', 'after'] as const) {
      it(`have the scopes of their own flow, with ${mode}, if the package is loaded ${order} init()`, async (test) => {
        if (tests.browser === undefined) return test.skip(tests.missing);
        const url = await tests.addPage('reporting-page', mode);
        const { newer, older } = await reportEvents(tests.browser, url, order);
        for (const events of [newer, older]) {
          const { actual, expected } = compareEvents(events);
          assert.deepEqual(actual, expected);
        }
      });
    }
  }

  it('have those of other flows without the integration', async (test) => {
    if (tests.browser === undefined) return test.skip(tests.missing);
    const url = await tests.addPage('reporting-page', 'transform');
    const { newer, older } = await reportEvents(tests.browser, url, 'never');
    for (const [version, events] of Object.entries({ 11: newer, 10: older })) {
      const { byUser, byAnything } = countWrong(events);
      test.diagnostic(
        `Sentry ${version} without the integration: of ${events.length} events, ${byUser} have the user of another flow, ` +
          `and ${byAnything} any wrong value.`,
      );
      assert.ok(byUser > 0, 'the flows do not overlap');
    }
  });
});
