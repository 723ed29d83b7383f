import { AsyncLocalStorage } from 'throughline';

export const users = new AsyncLocalStorage();
