import { defineAction } from 'astro:actions';
import { flow } from '../flows.js';

export const server = { run: defineAction({ handler: () => flow('action') }) };
