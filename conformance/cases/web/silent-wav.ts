/** A silent sound in a format that every browser decodes: WAVE, 8 kHz, mono, 8 bits. */

const SAMPLE_RATE = 8000;
const HEADER_BYTES = 44;

/** Returns a WAVE file of the given length in seconds. */
export function silentWav(seconds: number): ArrayBuffer {
  const samples = SAMPLE_RATE * seconds;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + samples));
  const setText = (offset: number, text: string) => {
    for (const [index, letter] of [...text].entries()) view.setUint8(offset + index, letter.charCodeAt(0));
  };
  setText(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + samples, true);
  setText(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  setText(36, 'data');
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer).fill(128, HEADER_BYTES);
  return view.buffer;
}
