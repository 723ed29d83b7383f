/** What a tap starts. Each step reads the user from the scope of the order: no function receives it as an argument. */
import { currentOrder } from '../current-order';
import { log } from '../logging/log';
import { tracedFetch } from '../network/traced-fetch';
import type { Step } from './steps';

/** Shows which user a step has read. */
export type Show = (step: Step, user: string | undefined) => void;

const currentUser = () => currentOrder()?.user;

/** Waits between 30 and 150 ms, so that orders overtake each other. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 30 + Math.random() * 120));

/** @param url what the order requests */
export async function placeOrder(show: Show, url: string): Promise<void> {
  show('tap', currentUser());
  log('placed');

  await pause();
  show('await', currentUser());

  await pause().then(() => show('then', currentUser()));

  await new Promise<void>((resolve) => {
    setTimeout(() => {
      show('timer', currentUser());
      resolve();
    }, 50);
  });

  await new Promise<void>((resolve) => {
    setImmediate(() => {
      show('immediate', currentUser());
      resolve();
    });
  });

  await new Promise<void>((resolve) => {
    requestAnimationFrame(() => {
      show('frame', currentUser());
      resolve();
    });
  });

  const response = await tracedFetch(url);
  await response.text();
  show('fetch', currentUser());

  try {
    await pause().then(() => Promise.reject(new Error('sold out')));
  } catch {
    show('catch', currentUser());
  }

  for await (const step of deliver(show)) {
    show(step, currentUser());
  }

  await Promise.all([pause(), pause()]);
  show('all', currentUser());
  log('delivered');
}

async function* deliver(show: Show) {
  await pause();
  show('generator', currentUser());

  await pause();
  yield 'for await' as const;
}
