// A batch calls the functions of all users in the flow of the first one. The doctor shows where to repair it.
import { AsyncLocalStorage } from 'throughline';

const user = new AsyncLocalStorage({ name: 'user' });
let batch;

function save(document, onSaved) {
  if (batch === undefined) {
    batch = [];
    setTimeout(() => {
      const saved = batch;
      batch = undefined;
      for (const entry of saved) entry.onSaved(entry.document);
    }, 100);
  }
  batch.push({ document, onSaved });
}

function edit(document) {
  console.log(`${user.getStore()} saves ${document}`);
  save(document, (saved) => {
    console.log(`${user.getStore()} has saved ${saved}`);
  });
}

user.run('ada', edit, 'a poem');
user.run('bob', edit, 'a bill');
