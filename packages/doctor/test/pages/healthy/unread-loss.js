// expects: none
/** A function leaves its flow, but reads nothing there. */
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.js';

const users = new AsyncLocalStorage();
const waiting = [];
setInterval(() => {
  for (const wake of waiting.splice(0)) wake();
}, 5);

export default interleave(users, async () => {
  await new Promise((resolve) => {
    waiting.push(() => resolve());
  });
  return users.getStore();
});
