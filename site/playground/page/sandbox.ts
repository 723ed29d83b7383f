/**
 * Runs programs in a place from which they cannot reach the site, and in which they can be stopped:
 *
 *     page ──▶ iframe without an origin and without a network ──▶ worker: the program
 *
 * The iframe has no cookies, storage or documents of the site. An endless loop blocks the worker only, which the iframe
 * ends. A browser may run an iframe in the thread of its page, so the program does not run in the iframe itself.
 */
import type { ProgramMessage, RunMessage } from '../run/messages.js';

const POLICY = "default-src 'none'; script-src 'unsafe-inline' blob:; worker-src blob:; connect-src blob: data:";

/**
 * Receives the text of the worker, and a port for it, from the page. The worker is no module, because Chromium starts
 * none in a frame without an origin. It can import modules.
 */
const FRAME_SCRIPT = `
  let worker;
  addEventListener('message', ({ data: { code }, source, ports }) => {
    if (source !== parent) return;
    worker?.terminate();
    worker = undefined;
    if (code === undefined) return;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    worker = new Worker(url);
    worker.addEventListener('error', ({ message }) => parent.postMessage({ failure: message ?? 'unknown error' }, '*'));
    worker.postMessage(null, ports);
  });
`;

const FRAME = `<!doctype html><meta http-equiv="content-security-policy" content="${POLICY}"><script>${FRAME_SCRIPT}</script>`;

interface FrameMessage {
  /** The text of the worker, which replaces the one before. Without it, the worker is ended. */
  readonly code?: string;
}

export class Sandbox {
  readonly #frame = document.createElement('iframe');
  readonly #opened: Promise<void>;
  readonly #onMessage: (event: MessageEvent<{ readonly failure: string }>) => void;
  #port: MessagePort | undefined;

  /**
   * @param parent the element that contains the invisible iframe
   * @param onFailure receives the reason if the worker cannot be started
   */
  constructor(parent: Element, onFailure: (reason: string) => void) {
    this.#frame.hidden = true;
    this.#frame.title = 'Where the program runs';
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.srcdoc = FRAME;
    this.#opened = new Promise((resolve) => this.#frame.addEventListener('load', () => resolve(), { once: true }));
    this.#onMessage = ({ source, data }) => {
      if (source !== null && source === this.#frame.contentWindow) onFailure(data.failure);
    };
    addEventListener('message', this.#onMessage);
    parent.append(this.#frame);
  }

  /**
   * Starts a worker. One that is running is ended.
   * @param code the text of the worker
   * @param onMessage receives what the worker sends
   */
  async start(code: string, onMessage: (message: ProgramMessage) => void): Promise<void> {
    this.stop();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    await this.#opened;
    // It was stopped meanwhile.
    if (this.#port !== port1) return;
    port1.onmessage = ({ data }: MessageEvent<ProgramMessage>) => onMessage(data);
    this.#post({ code }, [port2]);
  }

  run(code: string): void {
    const message: RunMessage = { code };
    this.#port?.postMessage(message);
  }

  /** Ends the worker, also if it is in an endless loop. */
  stop(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#post({}, []);
  }

  /** Ends the worker, and removes the iframe. */
  close(): void {
    this.stop();
    removeEventListener('message', this.#onMessage);
    this.#frame.remove();
  }

  #post(message: FrameMessage, ports: MessagePort[]): void {
    // The iframe has no origin that could be named.
    this.#frame.contentWindow?.postMessage(message, '*', ports);
  }
}
