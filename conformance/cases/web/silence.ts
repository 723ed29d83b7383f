/** Sound that every browser can read, and nobody hears: a WAVE file. */

const RATE = 8000;
const HEADER_BYTES = 44;

export function silence(seconds: number): ArrayBuffer {
  const samples = RATE * seconds;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + samples));
  const text = (at: number, value: string) => {
    for (const [index, letter] of [...value].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + samples, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, 'data');
  view.setUint32(40, samples, true);
  new Uint8Array(view.buffer).fill(128, HEADER_BYTES);
  return view.buffer;
}
