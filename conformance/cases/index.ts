/** All chapters, in the order of the rules. */
import type { Chapter } from '../case.js';
import { promises } from './promises.js';

export const chapters: readonly Chapter[] = [promises];
