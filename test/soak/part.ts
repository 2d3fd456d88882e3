// What a part of `./build.sh soak` is: a file in parts/ that exports one.

/** What a part is run with. */
export interface Soak {
  /** How long it may take, about. */
  readonly seconds: number;
  /** What its random numbers begin with. */
  readonly seed: number;
  /** How much is done, from 0 to 1, and in words. */
  readonly progress: (share: number, words: string) => void;
}

export interface Part {
  readonly name: string;
  /** Returns what was done, in a line; throws where something is wrong. */
  readonly run: (soak: Soak) => Promise<string>;
}

/** Whether time is left, told often: shows it as progress. */
export function untilTime({ seconds, progress }: Soak): (words: () => string) => boolean {
  const start = performance.now();
  let shown = 0;
  return (words) => {
    const passed = (performance.now() - start) / 1000;
    if (passed - shown > 0.2) {
      shown = passed;
      progress(Math.min(1, passed / seconds), words());
    }
    return passed < seconds;
  };
}
