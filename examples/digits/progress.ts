// A bar for each run on a terminal, a line for each run elsewhere.

import cliProgress from 'cli-progress';
import { percent } from './format.js';
import type { Epoch } from './training.js';

export interface Progress {
  after(epoch: Epoch): void;
  done(): void;
}

export function progress(label: string, epochs: number): Progress {
  return process.stdout.isTTY ? bar(label, epochs) : line(label);
}

function bar(label: string, epochs: number): Progress {
  const shown = new cliProgress.SingleBar(
    {
      format: `${label} {bar} {value}/{total} epochs  loss {loss}  held out {accuracy}`,
      barsize: 24,
      hideCursor: true,
      stream: process.stdout,
    },
    cliProgress.Presets.shades_classic,
  );
  shown.start(epochs, 0, { loss: '–', accuracy: '–' });
  return {
    after: (epoch) => shown.increment(columns(epoch)),
    done: () => shown.stop(),
  };
}

function line(label: string): Progress {
  const start = performance.now();
  let last = '';
  return {
    after: (epoch) => {
      const { loss, accuracy } = columns(epoch);
      last = `loss ${loss}  held out ${accuracy}`;
    },
    done: () => console.log(`${label} ${last}  ${((performance.now() - start) / 1000).toFixed(1)} s`),
  };
}

function columns({ loss, accuracy }: Epoch) {
  return { loss: loss.toFixed(4), accuracy: percent(accuracy) };
}
