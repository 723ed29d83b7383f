import { createFileRoute } from '@tanstack/react-router';
import { createServerFn } from '@tanstack/react-start';
import { useEffect, useState } from 'react';
import { flow, VERSION } from '../flows.js';

const runOnServer = createServerFn().handler(() => flow('action'));
const render = createServerFn().handler(() => flow('render'));

export const Route = createFileRoute('/')({ loader: () => render(), component: Flows });

function Flows() {
  const rendered = Route.useLoaderData();
  const [isReady, setReady] = useState(false);
  const [results, setResults] = useState<string[]>([]);
  useEffect(() => setReady(true), []);
  async function start() {
    const result = await flow('page', async (read: (step: string) => void) => {
      const response = await fetch('/api');
      read('fetch');
      const fetched = await response.text();
      read('body');
      const acted = await runOnServer();
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
