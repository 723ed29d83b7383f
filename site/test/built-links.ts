/** The links of a built page. */

/** What a page links to or loads, as its HTML has it, and the ids that others can link to. */
export interface BuiltLinks {
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

/** @param html the HTML of a page that VitePress has built; code in it is escaped, so it has no tags */
export function linksOf(html: string): BuiltLinks {
  const tags = [...html.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, '').matchAll(/<[a-z][^>]*>/gi)].map(
    ([tag]) => tag,
  );
  const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
  const values = (tagList: readonly string[], pattern: RegExp) =>
    tagList.flatMap((tag) => [...tag.matchAll(pattern)].map(([, value = '']) => decode(value)));
  return {
    links: values([...tags, ...scripts], /\s(?:href|src)="([^"]*)"/g),
    ids: new Set(values(tags, /\sid="([^"]*)"/g)),
  };
}

function decode(value: string): string {
  return value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
