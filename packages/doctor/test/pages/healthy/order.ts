// expects: none
/** An order as it should be: timers, requests, events, generators and a bound callback keep the user. */
import { AsyncLocalStorage } from 'throughline';
import { interleave, wait } from '../flows.js';

const users = new AsyncLocalStorage<{ id: number }>();
const queue: (() => void)[] = [];
setInterval(() => {
  for (const task of queue.splice(0)) task();
}, 5);

async function* steps(id: number): AsyncGenerator<number> {
  await wait(1);
  yield id;
  yield users.getStore()?.id ?? -1;
}

async function order(id: number): Promise<void> {
  const read: (number | undefined)[] = [users.getStore()?.id];
  await wait(2);
  read.push(users.getStore()?.id);
  await (await fetch(location.href)).text();
  read.push(users.getStore()?.id);
  await new Promise<void>((resolve) => {
    queue.push(
      AsyncLocalStorage.bind(() => {
        read.push(users.getStore()?.id);
        resolve();
      }),
    );
  });
  for await (const step of steps(id)) read.push(step, users.getStore()?.id);
  await new Promise<void>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => {
      read.push(users.getStore()?.id);
      resolve();
    };
    reader.readAsText(new Blob(['text']));
  });
  try {
    await Promise.reject(new Error('sold out'));
  } catch {
    read.push(users.getStore()?.id);
  }
  if (read.some((value) => value !== id)) throw new Error(`Order ${id} has read ${read}`);
}

export default interleave(users, order, 6);
