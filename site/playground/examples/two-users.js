// Two users place an order at the same time. No function gets the user as an argument.
import { AsyncLocalStorage } from 'throughline';

const user = new AsyncLocalStorage({ name: 'user' });

async function placeOrder(book) {
  log(`orders ${book}`);
  await pause();
  log('pays');
  await Promise.all([pack(), sendMail()]);
  log('is done');
}

async function pack() {
  await pause();
  log('gets a parcel');
}

async function sendMail() {
  await pause();
  log('gets a mail');
}

function log(text) {
  console.log(`${user.getStore()} ${text}`);
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
}

user.run('ada', placeOrder, 'a novel');
user.run('bob', placeOrder, 'an atlas');
