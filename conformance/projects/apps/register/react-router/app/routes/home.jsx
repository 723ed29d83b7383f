import { Suspense } from 'react';
import { Await } from 'react-router';
import { readFlow } from '../../flow.js';
import { idContext } from '../id.js';

const read = (part, context) => {
  const readId = () => context.get(idContext);
  return readId() === null ? '' : readFlow(part, readId(), readId);
};

export const loader = async ({ context }) => ({
  loaded: await read('loader', context),
  streamed: read('streamed', context),
});

export const action = ({ context }) => read('action', context);

export default function Home({ loaderData, actionData }) {
  return (
    <main>
      <p>{loaderData.loaded}</p>
      <p>{actionData}</p>
      <Suspense fallback="streamed">
        <Await resolve={loaderData.streamed}>{(text) => <p>{text}</p>}</Await>
      </Suspense>
    </main>
  );
}
