/**
 * The id of a heading as GitHub makes it, so that a link to a heading works in the repository and on the site. A
 * repeated id gets a number: VitePress adds it as GitHub does.
 */
export function githubSlug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');
}
