import { cookies, headers } from 'next/headers';
import { Suspense } from 'react';
import { readFlow, readOnce, runWith } from '../flow.js';
import { act } from './action.js';

const readId = async () => (await headers()).get('x-request-id');
const readCookie = async () => (await cookies()).get('id')?.value;

async function cached(id) {
  'use cache';
  return readOnce('cached', id);
}

/** Each part is streamed when its flow has ended. */
async function Part({ name, readFramework }) {
  const id = await readId();
  return <p>{id === null ? '' : await runWith(id, () => readFlow(name, id, readFramework))}</p>;
}

async function Cached() {
  const id = await readId();
  return <p>{id === null ? '' : await runWith(id, () => cached(id))}</p>;
}

export default function Page() {
  return (
    <main>
      <Suspense fallback="first">
        <Part name="first" readFramework={readId} />
      </Suspense>
      <Suspense fallback="second">
        <Part name="second" readFramework={readCookie} />
      </Suspense>
      <Suspense fallback="cached">
        <Cached />
      </Suspense>
      <form action={act}>
        <button type="submit">Act</button>
      </form>
    </main>
  );
}
