// expects: late entry, missing, late-entry/sign-in.js:11
/** The callee enters the user after it has loaded it; the function that awaits it continues without. */
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.js';

const clicks = new AsyncLocalStorage();
const users = new AsyncLocalStorage();

async function signIn(id) {
  await fetch(location.href);
  users.enterWith({ name: `user ${id}` });
}

export default interleave(clicks, async function order(id) {
  await signIn(id);
  return users.getStore()?.name;
});
