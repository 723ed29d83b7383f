'use server';
import { flow } from './flows.js';

export async function runAction() {
  return flow('action');
}
