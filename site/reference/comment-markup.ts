/** Docblocks as Markdown. */
import { type Comment, type CommentDisplayPart, type CommentTag, Reflection } from 'typedoc';
import type { ModuleDocblock } from './module-docblock.js';
import { runsInPlayground } from './playground-programs.js';

/** What the Markdown of a page needs to know of the other pages. */
export interface PageLinks {
  /** Returns the address of a declaration on the site, or `undefined` if no page shows it. */
  urlOf(target: Reflection): string | undefined;
  /** Returns the address of the declaration that a name means on this page, or `undefined` if it means none. */
  urlOfName(name: string): string | undefined;
  /** Returns the address of a line of a source file, relative to this page. */
  urlOfSource(file: string, line: number): string;
}

export function partsMarkup(parts: readonly CommentDisplayPart[], links: PageLinks): string {
  return parts.map((part) => partMarkup(part, links)).join('');
}

function partMarkup(part: CommentDisplayPart, links: PageLinks): string {
  switch (part.kind) {
    case 'code': {
      if (part.text.startsWith('```')) return part.text;
      const url = links.urlOfName(part.text.replaceAll('`', '').replace(/\(\)$/, ''));
      return url === undefined ? part.text : `[${part.text}](${url})`;
    }
    case 'inline-tag': {
      const { target, text } = part;
      const url = target instanceof Reflection ? links.urlOf(target) : undefined;
      return url === undefined ? `\`${text}\`` : `[\`${text}\`](${url})`;
    }
    default:
      return escapeText(part.text);
  }
}

/** Markdown passes HTML on, and Vue evaluates what two braces enclose. */
function escapeText(text: string): string {
  return text.replace(/<(?=[a-z/!])/gi, '&lt;').replaceAll('{{', '<span v-pre>{{</span>');
}

/** Returns the first sentence of a docblock, for lists of declarations. */
export function summaryMarkup(comment: Comment | undefined, links: PageLinks): string {
  const text = partsMarkup(comment?.summary ?? [], links).split(/\n\n/)[0] ?? '';
  return /^[\s\S]*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}

/** Returns the text of a docblock that precedes its tags. */
export function descriptionMarkup(comment: Comment | undefined, links: PageLinks): string {
  return withFences(partsMarkup(comment?.summary ?? [], links).trim());
}

/** Turns indented diagrams into fenced blocks, which scroll if they are wide. */
function withFences(text: string): string {
  return text.replace(/(?<=\n\n|^)(?: {4}.*(?:\n|$)|\n(?= {4}))+/g, (block) => {
    const lines = block.trimEnd().replace(/^ {4}/gm, '');
    return `\`\`\`text\n${lines}\n\`\`\`\n`;
  });
}

export function tagsOf(comment: Comment | undefined, name: `@${string}`): CommentTag[] {
  return comment?.blockTags.filter(({ tag }) => tag === name) ?? [];
}

/** Returns what a function throws, its examples, and where to read more. */
export function detailsMarkup(comment: Comment | undefined, links: PageLinks): string[] {
  const throws = tagsOf(comment, '@throws').map((tag) => {
    const type = tag.typeAnnotation?.replace(/^\{|\}$/g, '');
    return `- ${type === undefined ? '' : `\`${type}\` `}${indent(partsMarkup(tag.content, links).trim())}`;
  });
  return [
    ...(throws.length === 0 ? [] : ['**Throws**', throws.join('\n')]),
    ...tagsOf(comment, '@example').flatMap((tag) => exampleMarkup(programOf(tag))),
    ...seeMarkup(tagsOf(comment, '@see').map((tag) => partsMarkup(tag.content, links).trim())),
  ];
}

/** Returns the docblock of a module. */
export function moduleMarkup({ description, examples, see }: ModuleDocblock): string[] {
  return [withFences(description), ...examples.flatMap((program) => exampleMarkup(program)), ...seeMarkup(see)];
}

function programOf(tag: CommentTag): string {
  const text = tag.content.map((part) => part.text).join('');
  return text.trim().replace(/^```\w*\n|\n```$/g, '');
}

function exampleMarkup(program: string): string[] {
  const language = program.startsWith('// TypeScript') ? 'ts' : 'js';
  return [
    '**Example**',
    // The theme of the site adds a link to the playground to what this comment precedes.
    `${runsInPlayground(program) ? '<!-- opens in: playground -->\n' : ''}\`\`\`${language}\n${program}\n\`\`\``,
  ];
}

/** Addresses become links whose text is the address without the protocol. What follows an address stays. */
function seeMarkup(addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  const items = addresses.map((text) =>
    text.replace(/^https?:\/\/([^\s,]+)/, (url, address: string) => `[${address.replace(/\/$/, '')}](${url})`),
  );
  return ['**See also**', items.map((item) => `- ${item}`).join('\n')];
}

/** Indents all lines but the first, so that they belong to an item of a list. */
export function indent(text: string): string {
  return text.replaceAll(/\n(?=.)/g, '\n  ');
}
