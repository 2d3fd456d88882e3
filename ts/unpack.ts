// Unpacks the wasm bytes that the default entry carries as text; scripts/pack.mjs packs them and says what was gained.
// Copies of earlier bytes (LZ77) and literals, coded bit by bit by an adaptive binary range coder as in LZMA (I. Pavlov), with
// six bits a character, so that gzip around it loses little.

/** Numbers of the models of one bit each; each list of 256 begins where `pack.mjs` has it. */
const MODELS = { kind: 0, again: 4, length: 256, sameLength: 512, distance: 768, literal: 1024, count: 1024 + 8 * 256 };

/** The characters that minified code has most: it shares its gzip block with the text, which costs 0.3 KB less than with others. */
const DIGITS = 'etnroaisclu,.()=:{}[];?&|+>0123456789dfghpmvybwxkEATSDRNIOFMPC_!';

/** The bytes packed in `text`. */
export function unpack(text: string): Uint8Array<ArrayBuffer> {
  // Two estimates of the chance of a 1, one quick to learn, one slow.
  const quick = new Uint16Array(MODELS.count).fill(32768);
  const slow = quick.slice();
  let range = 1;
  let code = 0;
  let at = 0;

  const bit = (model: number): number => {
    while (range < 1 << 24) {
      range <<= 6;
      code = (code << 6) | DIGITS.indexOf(text.charAt(at++));
    }
    const q = quick[model] ?? 0;
    const s = slow[model] ?? 0;
    const bound = (range >> 12) * ((q + s) >> 5);
    if (code < bound) {
      range = bound;
      quick[model] = q + ((65536 - q) >> 3);
      slow[model] = s + ((65536 - s) >> 6);
      return 1;
    }
    code -= bound;
    range -= bound;
    quick[model] = q - (q >> 3);
    slow[model] = s - (s >> 6);
    return 0;
  };

  /** A number from 1: how many bits it has after the first, then these; the first two have models of their own. */
  const number = (models: number): number => {
    let bits = 0;
    while (bit(models + bits)) bits++;
    let value = 1;
    for (let i = bits; i-- > 0; ) value = value * 2 + bit(models + (value < 4 ? 64 + 4 * bits + value : 32 + i));
    return value;
  };

  const bytes = new Uint8Array(number(MODELS.length));
  let kind = 0;
  let distance = 0;
  for (let end = 0; end < bytes.length; ) {
    const copy = bit(MODELS.kind + kind);
    if (copy) {
      // After a copy another one is from elsewhere.
      const again = !(kind & 1) && bit(MODELS.again);
      if (!again) distance = number(MODELS.distance);
      for (let left = number(again ? MODELS.sameLength : MODELS.length); left > 0; left--, end++) {
        bytes[end] = bytes[end - distance] ?? 0;
      }
    } else {
      const models = MODELS.literal + 256 * ((bytes[end - 1] ?? 0) >> 5);
      let value = 1;
      while (value < 256) value = value * 2 + bit(models + value);
      bytes[end++] = value;
    }
    kind = ((kind << 1) | copy) & 3;
  }
  return bytes;
}
