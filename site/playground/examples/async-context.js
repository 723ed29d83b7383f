// The API that TC39 proposes for the language: variables, and snapshots of all of them.
import { AsyncContext } from 'throughline';

const locale = new AsyncContext.Variable({ name: 'locale', defaultValue: 'en' });
const theme = new AsyncContext.Variable({ name: 'theme', defaultValue: 'light' });

async function render(page) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(`${page}: ${locale.get()}, ${theme.get()}`);
}

locale.run('fr', render, 'start');
locale.run('de', () => theme.run('dark', render, 'settings'));

const snapshot = locale.run('it', () => new AsyncContext.Snapshot());
snapshot.run(() => console.log(`snapshot: ${locale.get()}`));

console.log(`outside: ${locale.get()}`);
