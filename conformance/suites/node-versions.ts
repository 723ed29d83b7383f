/** The versions of Node on which suites are run. */
import { runtimes } from '../runtimes/runtimes.js';

export const NODE_VERSIONS = ['node20', 'node22', 'node24', 'node26'] as const satisfies (keyof typeof runtimes)[];

export type NodeVersion = (typeof NODE_VERSIONS)[number];

/** Returns the title of a version: `Node 20`. */
export function titleOfNode(version: NodeVersion): string {
  return runtimes[version].title;
}
