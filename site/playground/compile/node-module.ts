/** Takes the place of `node:module`, with which the doctor loads the parser when it needs it. */
import * as parser from './oxc-parser.js';

export function createRequire(): (id: string) => unknown {
  return (id) => {
    if (id === 'oxc-parser') return parser;
    throw new Error(`The playground does not contain the module ${id}.`);
  };
}

/** A program of the playground is what the user has written, so that no earlier source map is looked up. */
export class SourceMap {
  constructor() {
    throw new Error('A page has no SourceMap of Node. The playground must not create one.');
  }
}
