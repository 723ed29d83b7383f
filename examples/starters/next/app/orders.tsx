'use client';
import { useEffect, useState } from 'react';
import { placeOrder, user } from './place-order.ts';

export function Orders() {
  const [isReady, setReady] = useState(false);
  const [lines, setLines] = useState<readonly { id: number; text: string }[]>([]);
  useEffect(() => setReady(true), []);
  const start = (name: string, item: string) =>
    user.run(name, () => placeOrder(item, (text) => setLines((all) => [...all, { id: all.length, text }])));
  return (
    <main>
      <h1>Two users, one page</h1>
      <button type="button" id="ada" disabled={!isReady} onClick={() => start('Ada', 'book')}>
        Ada orders a book
      </button>
      <button type="button" id="bob" disabled={!isReady} onClick={() => start('Bob', 'lamp')}>
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
