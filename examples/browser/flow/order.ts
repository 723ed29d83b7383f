/**
 * What one click starts. Each step reads the user from storage;
 * no function receives the user as an argument.
 */
import { AsyncLocalStorage } from 'throughline';
import type { Pause, Show } from './order-steps.js';

export const user = new AsyncLocalStorage<string>();

export async function placeOrder(show: Show, pause: Pause): Promise<void> {
  show('click', user.getStore());

  await pause();
  show('await', user.getStore());

  await pause().then(() => show('then', user.getStore()));

  await new Promise<void>((resolve) => {
    setTimeout(() => {
      show('timer', user.getStore());
      resolve();
    }, 200);
  });

  await pause();
  const response = await fetch(location.href);
  show('fetch', user.getStore());

  const blob = await response.blob();
  await pause();
  await new Promise<void>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => {
      show('event', user.getStore());
      resolve();
    };
    reader.readAsText(blob);
  });

  try {
    await pause().then(() => Promise.reject(new Error('sold out')));
  } catch {
    show('catch', user.getStore());
  }

  for await (const step of deliver(show, pause)) {
    show(step, user.getStore());
  }

  await Promise.all([pause(), pause()]);
  show('all', user.getStore());
}

async function* deliver(show: Show, pause: Pause) {
  await pause();
  show('generator', user.getStore());

  await pause();
  yield 'for await' as const;
}
