/** What a request of the soak is known by: its user and its number, `user-7.0` for the first. Client and server read it alike. */
export type Ticket = string;

/** The first request of a user has no session yet. */
export function hasSession(ticket: Ticket): boolean {
  return numberIn(ticket) > 0;
}

/** Every fourth request of a user writes to the session, the first one included. */
export function isCounted(ticket: Ticket): boolean {
  return numberIn(ticket) % 4 === 0;
}

function numberIn(ticket: Ticket): number {
  return Number(ticket.slice(ticket.indexOf('.') + 1));
}

export function userOf(ticket: Ticket): string {
  return ticket.slice(0, ticket.indexOf('.'));
}
