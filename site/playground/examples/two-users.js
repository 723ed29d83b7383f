// Two users place an order at the same time. No function receives the user as an argument.
import { AsyncLocalStorage } from 'throughline';

const user = new AsyncLocalStorage({ name: 'user' });

async function placeOrder(book) {
  console.log(`${user.getStore()} orders ${book}`);
  await pause();
  console.log(`${user.getStore()} pays`);
  await Promise.all([pack(), sendMail()]);
  console.log(`${user.getStore()} is done`);
}

async function pack() {
  await pause();
  console.log(`${user.getStore()} gets a parcel`);
}

async function sendMail() {
  await pause();
  console.log(`${user.getStore()} gets a mail`);
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
}

user.run('ada', placeOrder, 'a novel');
user.run('bob', placeOrder, 'an atlas');
