/** Prints what a bundle has written to its console when it has ended, as JSON. */
import { clearAllTimers, phone, print } from './phone.js';

const TIME_LIMIT = 60_000;

setTimeout(() => {
  print(JSON.stringify(phone.messages));
  clearAllTimers();
}, TIME_LIMIT);
