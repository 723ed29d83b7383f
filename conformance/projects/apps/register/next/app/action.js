'use server';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { readFlow, runWith } from '../flow.js';
import { results } from './results.js';

const readId = async () => (await headers()).get('x-request-id');

export async function act() {
  const id = await readId();
  results.set(id, await runWith(id, () => readFlow('action', id, readId)));
  redirect(`/api/results/${id}`);
}
