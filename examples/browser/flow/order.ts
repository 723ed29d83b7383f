/** What a click starts. Nobody hands on the user. */
import { AsyncLocalStorage } from 'throughline';
import type { Pause, Saw } from './run-orders.js';

export const user = new AsyncLocalStorage<string>();

export async function order(saw: Saw, pause: Pause): Promise<void> {
  saw('click', user.getStore());

  await pause();
  saw('await', user.getStore());

  await pause().then(() => saw('then', user.getStore()));

  await new Promise<void>((resolve) => {
    setTimeout(() => resolve(saw('timer', user.getStore())), 200);
  });

  await pause();
  const response = await fetch(location.href);
  saw('fetch', user.getStore());

  const blob = await response.blob();
  await pause();
  await new Promise<void>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(saw('event', user.getStore()));
    reader.readAsText(blob);
  });

  try {
    await pause().then(() => Promise.reject(new Error('sold out')));
  } catch {
    saw('catch', user.getStore());
  }

  for await (const step of steps(saw, pause)) {
    saw(step, user.getStore());
  }

  await Promise.all([pause(), pause()]);
  saw('all', user.getStore());
}

async function* steps(saw: Saw, pause: Pause) {
  await pause();
  saw('generator', user.getStore());

  await pause();
  yield 'for await' as const;
}
