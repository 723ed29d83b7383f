// A listener of an abort signal runs in the flow that aborts, because registering it captures nothing.
import { AsyncLocalStorage } from 'throughline';

const user = new AsyncLocalStorage({ name: 'user' });
const controller = new AbortController();

user.run('ada', async () => {
  controller.signal.addEventListener('abort', () => {
    console.log(`the listener reads ${user.getStore()}`);
  });
  const bound = AsyncLocalStorage.bind(() => {
    console.log(`the bound listener reads ${user.getStore()}`);
  });
  controller.signal.addEventListener('abort', bound);

  const aborted = new Promise((resolve) => {
    controller.signal.addEventListener('abort', resolve);
  });
  await aborted;
  console.log(`after the await: ${user.getStore()}`);
});

user.run('bob', () => {
  setTimeout(() => controller.abort(), 100);
});
