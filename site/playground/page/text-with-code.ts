/** Shows the parts of a text that are between backticks as code. */
import { element } from './elements.js';

export function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));
}
