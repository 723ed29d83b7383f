/**
 * An iframe that runs the checkouts of one mode, with that mode's build. An iframe has its own realm, so zone.js and
 * Throughline patch the globals of one mode only.
 */
import type { ClickMessage, FlowMessage } from '../flow/messages.js';
import type { Mode } from './modes.js';

export class FlowIframe {
  readonly #iframe = document.createElement('iframe');

  constructor({ name, title }: Mode, onMessage: (message: FlowMessage) => void) {
    this.#iframe.hidden = true;
    this.#iframe.title = title;
    this.#iframe.src = `${name}/`;
    addEventListener('message', ({ data, source }: MessageEvent<FlowMessage>) => {
      if (source === this.#iframe.contentWindow) onMessage(data);
    });
  }

  /** Resolves when the iframe is ready for clicks. Rejects if it loaded anything but its build. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      // The iframe's script has run by the time `load` fires.
      this.#iframe.addEventListener('load', () => {
        if (this.#iframe.contentDocument?.documentElement.dataset.state === 'ready') return resolve();
        reject(new Error(`${this.#iframe.src} did not load. Check that npm start is running, then reload this page.`));
      });
      document.body.append(this.#iframe);
    });
  }

  click(message: ClickMessage): void {
    this.#iframe.contentWindow?.postMessage(message, location.origin);
  }
}
