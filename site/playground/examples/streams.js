// A stream belongs to its reader: pull() runs in the flow of the call of read() that causes it.
import { AsyncLocalStorage } from 'throughline';

const reader = new AsyncLocalStorage({ name: 'reader' });
let number = 0;

const numbers = new ReadableStream(
  {
    pull(controller) {
      number++;
      console.log(`number ${number} is made for ${reader.getStore()}`);
      controller.enqueue(number);
    },
  },
  { highWaterMark: 0 },
);
const source = numbers.getReader();

async function read() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { value } = await source.read();
    console.log(`${reader.getStore()} has read ${value}`);
  }
}

reader.run('ada', read);
reader.run('bob', read);
