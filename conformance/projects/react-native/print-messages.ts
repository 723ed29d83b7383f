/** Prints, as JSON, what a bundle has written to its console by the time it ends. */
import { clearAllTimers, phone, print } from './phone.js';

const TIME_LIMIT = 60_000;

setTimeout(() => {
  print(JSON.stringify(phone.messages));
  clearAllTimers();
}, TIME_LIMIT);
