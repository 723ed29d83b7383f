'use client';
import { useEffect, useState } from 'react';
import { runAction } from './action.js';
import { flow, VERSION } from './flows.js';

export function Flows({ rendered }) {
  const [isReady, setReady] = useState(false);
  const [results, setResults] = useState([]);
  useEffect(() => setReady(true), []);
  async function start() {
    const result = await flow('page', async (read) => {
      const response = await fetch('/api');
      read('fetch');
      const fetched = await response.text();
      read('body');
      const acted = await runAction();
      read('action');
      setResults((all) => [...all, fetched, acted]);
    });
    setResults((all) => [...all, result]);
  }
  return (
    <main>
      <h1>Version {VERSION}</h1>
      <p>{rendered}</p>
      <button type="button" disabled={!isReady} onClick={start}>
        Start a flow
      </button>
      <ul>
        {results.map((result) => (
          <li key={result}>{result}</li>
        ))}
      </ul>
    </main>
  );
}
