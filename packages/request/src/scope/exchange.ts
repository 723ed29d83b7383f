/** Gives the `set-cookie` headers of an answer. */
export type PrepareHeaders = () => readonly string[] | Promise<readonly string[]>;

/**
 * One request and its answer, as the scope and the session need them: each kind of server has its own class behind this.
 */
export interface Exchange {
  /** `GET`, `POST` ... */
  readonly method: string;

  /** The path with the query, as the client sent it. */
  readonly url: string;

  /** A safe id that the framework has given the request already, which the scope then has too. */
  readonly requestId?: string | undefined;

  /** A header of the request; several of one name are joined by a comma, cookies by a semicolon. */
  header(name: string): string | undefined;

  /** Whether the client came over https, as far as the server may believe what it is told. */
  readonly isSecure: boolean;

  /** Whether the answer's headers are on their way: from then on no cookie can be set. */
  readonly headersSent: boolean;

  /**
   * Has `prepare` called once, when the answer's headers are about to go, for the `set-cookie` headers to add. They wait
   * where it gives a promise; if that rejects, the answer is an error that says so, and nothing of the handler's. It must be
   * asked for before the request's own code runs, which may have taken hold of the answer's methods afterwards.
   */
  beforeHeaders(prepare: PrepareHeaders): void;

  /** Calls back once if the client goes away before the answer has ended, at once if it has gone already. */
  onClientGone(callback: () => void): void;

  /** Calls back once when there is nothing more to send, because the answer has ended or the client has gone. */
  onClose(callback: () => void): void;

  /** What a session middleware of the framework has put on the request, such as `express-session`; else undefined. */
  readonly frameworkSession: unknown;
}
