// expects: none
/** A value is entered for what follows it. Code that awaits it reads nothing, and code that reads belongs to another task. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { wait } from '../flows.js';

const users = new AsyncLocalStorage();

async function signIn() {
  await wait(2);
  users.enterWith('ada');
  document.title = 'signed in';
}

async function start() {
  await signIn();
}

async function render() {
  await wait(20);
  document.title = users.getStore() ?? 'guest';
}

export default Promise.all([start(), render()]);
