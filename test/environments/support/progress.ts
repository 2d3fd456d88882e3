// How far the run is: a live line on a terminal, a plain line for each finished environment everywhere.

const live = process.stdout.isTTY;

export interface Progress {
  /** Shows what an environment does now. */
  doing(id: string, what?: string): void;
  /** Prints the line of an environment that has ended. */
  ended(id: string, line: string): void;
  /** Prints a line above the bar. */
  say(line: string): void;
  stop(): void;
}

/** A progress display over `total` environments. */
export function progress(total: number): Progress {
  const started = Date.now();
  const active = new Map<string, string>();
  let done = 0;
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const clear = () => live && process.stdout.write('\r\x1b[K');
  const draw = () => {
    if (!live) return;
    const width = 24;
    const full = Math.round((width * done) / total);
    const bar = '█'.repeat(full) + '░'.repeat(width - full);
    const doing = [...active].map(([id, what]) => `${id}${what}`).join(', ');
    process.stdout.write(
      `\r\x1b[K${`${bar} ${done}/${total} ${seconds()}  ${doing}`.slice(0, (process.stdout.columns ?? 80) - 1)}`,
    );
  };
  const timer = live ? setInterval(draw, 500) : undefined;
  timer?.unref();
  return {
    doing(id, what = '') {
      active.set(id, what);
      draw();
    },
    ended(id, line) {
      active.delete(id);
      done++;
      clear();
      console.log(`[${String(done).padStart(String(total).length)}/${total}] ${line}`);
      draw();
    },
    say(line) {
      clear();
      console.log(line);
      draw();
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
