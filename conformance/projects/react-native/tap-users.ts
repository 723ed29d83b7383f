/**
 * Uses the app of `examples/react-native` as two users do who tap at once, and prints how much of what it shows,
 * requests and logs belongs to the right user, as JSON.
 */
import { clearAllTimers, phone, print } from './phone.js';

const STEPS = [
  'tap',
  'await',
  'then',
  'timer',
  'immediate',
  'frame',
  'fetch',
  'catch',
  'generator',
  'for await',
  'all',
];
const USERS = ['user 1', 'user 2'];
const ORDERS_OF_USER = 3;

/** When the users tap, and when every order has been delivered, in milliseconds. */
const FIRST_TAP = 100;
const TAP_INTERVAL = 70;
const END = 5000;

const wrong: string[] = [];
let count = 0;

function check(what: string, actual: unknown, expected: unknown): void {
  count++;
  if (actual !== expected) wrong.push(`${what}: ${actual}, and not ${expected}`);
}

function checkApp(): void {
  const userOfTrace = new Map<string, string>();
  const logged = (line: string) => phone.messages.filter((message) => message.startsWith(`order: ${line} `));
  for (const message of logged('placed')) {
    const [, user = '', trace = ''] = /user="(.+)" trace=(.+)$/.exec(message) ?? [];
    userOfTrace.set(trace, user);
  }
  check('traces', userOfTrace.size, USERS.length * ORDERS_OF_USER);
  for (const user of USERS) {
    for (let order = 0; order < ORDERS_OF_USER; order++) {
      for (const step of STEPS)
        check(`${user}, ${order}`, phone.read(`${user}, ${order}, ${step}`), `${step}: ${user}`);
    }
    const traces = [...userOfTrace].filter(([, owner]) => owner === user).map(([trace]) => trace);
    check(`orders of ${user}`, traces.length, ORDERS_OF_USER);
    for (const trace of traces) {
      check(
        'log lines',
        logged('delivered').filter((line) => line.endsWith(`user="${user}" trace=${trace}`)).length,
        1,
      );
      check('requests', phone.requests.filter(({ headers }) => headers.traceparent?.split('-')[1] === trace).length, 1);
    }
  }
}

setTimeout(() => phone.open('ThroughlineExample'), 0);
for (let order = 0; order < ORDERS_OF_USER; order++) {
  setTimeout(
    () => {
      for (const user of USERS) phone.tap(`order for ${user}`);
    },
    FIRST_TAP + order * TAP_INTERVAL,
  );
}
setTimeout(() => {
  checkApp();
  const summary = `${count - wrong.length} of ${count} checks right`;
  print(JSON.stringify([summary, ...wrong.slice(0, 8), ...(wrong.length > 0 ? phone.messages.slice(0, 8) : [])]));
  clearAllTimers();
}, END);
