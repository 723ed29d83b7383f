/**
 * A window in which flows run in one of the modes: an iframe with the build for this mode. It has a realm of its own, so
 * what is patched for one mode is untouched in the others.
 */
import type { ClickMessage, FlowMessage } from '../flow/messages.js';
import type { Mode } from './modes.js';

export class FlowIframe {
  readonly #iframe = document.createElement('iframe');

  constructor({ name, title }: Mode, hear: (news: FlowMessage) => void) {
    this.#iframe.hidden = true;
    this.#iframe.title = title;
    this.#iframe.src = `${name}/`;
    addEventListener('message', ({ data, source }: MessageEvent<FlowMessage>) => {
      if (source === this.#iframe.contentWindow) hear(data);
    });
  }

  /** Rejects where the window does not load what it should. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      // Its script has run before this event.
      this.#iframe.addEventListener('load', () => {
        if (this.#iframe.contentDocument?.documentElement.dataset.state === 'ready') resolve();
        else reject(new Error(`${this.#iframe.src} does not load. Is npm start still running? Then reload this page.`));
      });
      document.body.append(this.#iframe);
    });
  }

  click(click: ClickMessage): void {
    this.#iframe.contentWindow?.postMessage(click, location.origin);
  }
}
