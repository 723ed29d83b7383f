import * as hooks from 'node:async_hooks';

const storage = new hooks.AsyncLocalStorage();

export const withUser = (user, fn) => storage.run({ user }, fn);
export const currentUser = () => storage.getStore()?.user ?? 'none';
