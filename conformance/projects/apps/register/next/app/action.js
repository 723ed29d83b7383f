'use server';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { readFlow, runWith } from '../flow.js';
import { setResult } from './results.js';

const readId = async () => (await headers()).get('x-request-id');

export async function act() {
  const id = await readId();
  setResult(id, await runWith(id, () => readFlow('action', id, readId)));
  redirect(`/api/results/${id}`);
}
