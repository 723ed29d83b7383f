/** The content that the page server sends: its media types, and the resources that every page server has. */

export interface PageContent {
  readonly type: string;
  readonly body: string | Uint8Array;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Derives the media type from the extension of the path. A path without an extension is HTML. */
export function createContent(path: string, body: string | Uint8Array): PageContent {
  const extension = /\.(\w+)$/.exec(path)?.[1] ?? 'html';
  return { type: types[extension] ?? 'application/octet-stream', body };
}

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

const builtInBodies: Readonly<Record<string, string | Uint8Array>> = {
  '/text.txt': 'text',
  '/image.png': Buffer.from(pixel, 'base64'),
  '/script.js': 'globalThis.scriptRuns = (globalThis.scriptRuns ?? 0) + 1;\n',
  '/style.css': '.styled { color: rgb(1, 2, 3); }\n',
  '/worker.js': `onmessage = ({ data }) => {
  postMessage(data);
  if (data === 'throw') throw new Error('The page requested this error');
};
`,
  '/frame.html': `<!doctype html><title>Frame</title><script>
onmessage = ({ data, source }) => source.postMessage(data, '*');
parent.postMessage('hello', '*');
</script>
`,
};

/** The resources that every page server has, by path. `page-server.ts` lists what each is for. */
export const builtInContent: Readonly<Record<string, PageContent>> = Object.fromEntries(
  Object.entries(builtInBodies).map(([path, body]) => [path, createContent(path, body)]),
);
