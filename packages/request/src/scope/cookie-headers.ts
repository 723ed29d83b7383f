/**
 * The headers that keep a response with a session cookie out of shared caches, which would otherwise give the cookie of
 * one user to others.
 * @see https://www.rfc-editor.org/rfc/rfc9111.html#section-3 Storing Responses in Caches
 */

/**
 * Returns the headers to set on a response with a session cookie. A `cache-control` of the application stays as it is.
 * @param get reads a header of the response; several values are joined by a comma
 */
export function headersWithCookie(get: (name: string) => string | null | undefined): [name: string, value: string][] {
  const headers: [string, string][] = [];
  if (!get('cache-control')) headers.push(['cache-control', 'private']);
  const vary = get('vary');
  if (!vary) headers.push(['vary', 'Cookie']);
  else if (!/(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(vary)) headers.push(['vary', `${vary}, Cookie`]);
  return headers;
}
