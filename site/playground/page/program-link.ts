/** Links to the playground that contain a program: `#code=` and the program as base64url of its UTF-8 text. */

const PARAMETER = 'code';

/** @returns the fragment of the link, with its `#` */
export function fragmentOf(program: string): string {
  const bytes = new TextEncoder().encode(program);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const encoded = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return `#${PARAMETER}=${encoded}`;
}

/**
 * @param fragment of the URL of the page, with or without its `#`
 * @returns the program; undefined if the fragment contains none, or is damaged
 */
export function programIn(fragment: string): string | undefined {
  const encoded = new URLSearchParams(fragment.replace(/^#/, '')).get(PARAMETER);
  if (encoded === null) return undefined;
  try {
    const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
