import { useState } from 'react';
import { order, user } from './order.ts';

export function Orders() {
  const [lines, setLines] = useState<readonly { id: number; text: string }[]>([]);
  const start = (name: string, item: string) =>
    user.run(name, () => order(item, (text) => setLines((all) => [...all, { id: all.length, text }])));
  return (
    <main>
      <h1>Two users, one page</h1>
      <button type="button" id="ada" onClick={() => start('Ada', 'book')}>
        Ada orders a book
      </button>
      <button type="button" id="bob" onClick={() => start('Bob', 'lamp')}>
        Bob orders a lamp
      </button>
      <ol>
        {lines.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ol>
    </main>
  );
}
