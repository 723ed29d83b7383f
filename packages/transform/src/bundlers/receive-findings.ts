/** Receives the findings that a page sends to its development server, and prints them to the terminal. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageDoctor } from './page-doctor.js';

/** Bytes of a report. A page that sends more is refused. */
const MAXIMUM_SIZE = 1024 * 1024;

/**
 * Creates a handler for requests. Only pages of the server itself may report: any other page could print to the terminal.
 * @param print prints text
 */
export function receiveFindings(
  doctor: PageDoctor,
  print: (text: string) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const end = (status: number) => {
      response.statusCode = status;
      response.end();
    };
    if (request.method !== 'POST') return end(405);
    const origin = ownOrigin(request);
    if (origin === undefined) return end(403);
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAXIMUM_SIZE) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size > MAXIMUM_SIZE) return end(413);
      const text = doctor.format(Buffer.concat(chunks).toString(), origin);
      if (text !== '') print(text);
      end(text === '' ? 400 : 204);
    });
    request.on('error', () => response.destroy());
  };
}

/** Returns the origin of a page of the server. Browsers state the origin of each request with the method POST. */
function ownOrigin({ headers: { origin, host } }: IncomingMessage): string | undefined {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host ? origin : undefined;
}
