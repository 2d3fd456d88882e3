// Trains a network in a worker, draws how it goes, and reads with it what the visitor draws.

import { softmax } from 'nonlin';
import { type Digits, PIXELS } from '../../../examples/digits/data';
import type { Network } from '../../../examples/digits/network';
import { numberInAddress, onAddressChange, setInAddress, textInAddress } from '../address';
import { Chart } from '../chart';
import { codePanel } from '../code';
import { type Point, pixelsOf, trace } from '../drawing';
import { byId, element } from '../element';
import { FUNCTIONS, optionsAsCode } from '../functions';
import { hyperparameterControls, optionsInAddress } from '../hyperparameters';
import { type Running, Stopped, start } from '../jobs';
import type { Progress, Request } from '../jobs/training';
import { untrained } from '../network';

const SECTION = 'train';
const [FEWEST_EPOCHS, MOST_EPOCHS, INITIAL_EPOCHS] = [1, 200, 40];
const UNITS = 32;

export function trainSection(): void {
  const picker = byId('train-activation', HTMLSelectElement);
  const epochsField = byId('train-epochs', HTMLInputElement);
  const parameters = byId('train-parameters', HTMLElement);
  const button = byId('train-start', HTMLButtonElement);
  const progress = byId('train-progress', HTMLProgressElement);
  const status = byId('train-status', HTMLElement);
  const code = codePanel(byId('train-code', HTMLElement), 'the network');
  const reader = digitReader();
  let running: Running<'training'> | undefined;
  let losses: number[] = [];
  let accuracies: number[] = [];

  const chart = new Chart(byId('train-chart', HTMLElement), {
    label: 'Training loss and share of held-out digits that are misread, by epoch, on a logarithmic scale',
    xLabel: 'epoch',
    height: 260,
    logarithmic: true,
    yRange: (least, most) => [Math.min(0.01, least ?? 0.01), Math.max(1, most ?? 1)],
    yTick: (value) => String(Number(value.toPrecision(2))),
    describe: (index) =>
      losses.length > 0
        ? `epoch ${index + 1}: loss ${losses[index].toFixed(4)}, read correctly ${percent(accuracies[index])}`
        : '',
    onCursor(index) {
      if (losses[index] !== undefined) {
        byId('train-reading', HTMLElement).textContent =
          `epoch ${index + 1}: loss ${losses[index].toFixed(4)}, ${percent(accuracies[index])} of the held-out digits read correctly`;
      }
    },
  });

  picker.replaceChildren(...[...FUNCTIONS.keys()].map((name) => element('option', { value: name }, name)));

  const request = (): Request => ({
    activation: picker.value,
    options: optionsInAddress(picker.value),
    units: UNITS,
    epochs: Math.round(Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, epochsField.valueAsNumber || INITIAL_EPOCHS))),
    seed: 1,
  });

  function fromAddress(): void {
    const name = textInAddress('hidden') ?? '';
    picker.value = FUNCTIONS.has(name) ? name : FUNCTIONS.has('tanh') ? 'tanh' : picker.value;
    epochsField.value = String(numberInAddress('epochs', FEWEST_EPOCHS, MOST_EPOCHS) ?? INITIAL_EPOCHS);
    showChoice();
  }

  function showChoice(): void {
    parameters.replaceChildren(...hyperparameterControls(SECTION, picker.value, () => code.show(codeFor(request()))));
    code.show(codeFor(request()));
  }

  function drawCurves(epochs: number): void {
    const x = Array.from({ length: Math.max(2, epochs) }, (_, index) => index + 1);
    const padded = (values: readonly number[]) => x.map((_, index) => values[index] ?? null);
    chart.show(
      x,
      [
        { label: 'loss', colour: '--first', values: padded(losses) },
        {
          label: 'misread',
          colour: '--second',
          values: padded(accuracies.map((accuracy) => Math.max(1e-3, 1 - accuracy))),
          dashes: [7, 5],
        },
      ],
      losses.length,
    );
  }

  function hear(epoch: Progress, asked: Request): void {
    losses.push(epoch.loss);
    accuracies.push(epoch.accuracy);
    progress.value = losses.length;
    status.textContent = `Epoch ${losses.length} of ${asked.epochs}: loss ${epoch.loss.toFixed(4)}, ${percent(epoch.accuracy)} of ${500} held-out digits read correctly`;
    if (epoch.heldOut) reader.offer(epoch.heldOut);
    reader.use(asked, epoch.weights);
    drawCurves(asked.epochs);
  }

  picker.addEventListener('change', () => {
    setInAddress(SECTION, 'hidden', picker.value === 'tanh' ? undefined : picker.value);
    showChoice();
  });
  epochsField.addEventListener('input', () => {
    const { epochs } = request();
    setInAddress(SECTION, 'epochs', epochs === INITIAL_EPOCHS ? undefined : epochs);
    code.show(codeFor(request()));
  });
  button.addEventListener('click', async () => {
    if (running) {
      running.stop();
      return;
    }
    const asked = request();
    [losses, accuracies] = [[], []];
    button.textContent = 'Stop';
    progress.max = asked.epochs;
    progress.value = 0;
    status.textContent = 'Starting …';
    running = start('training', asked, (epoch) => hear(epoch, asked));
    try {
      const { milliseconds } = await running.result;
      const last = accuracies[accuracies.length - 1];
      status.textContent = `${asked.epochs} epochs in ${(milliseconds / 1000).toFixed(1)} s: ${percent(last)} of 500 held-out digits read correctly. Now draw one.`;
    } catch (error) {
      status.textContent =
        error instanceof Stopped
          ? `Stopped after ${losses.length} epochs. The network reads with what it has learned so far.`
          : String(error);
    }
    running = undefined;
    button.textContent = 'Train again';
  });
  onAddressChange(fromAddress);
  fromAddress();
  drawCurves(INITIAL_EPOCHS);
}

/** The canvas to draw on, the image the network sees, and what it takes it for. */
function digitReader() {
  const canvas = byId('draw-canvas', HTMLCanvasElement);
  const seen = byId('draw-seen', HTMLElement);
  const verdict = byId('draw-verdict', HTMLElement);
  const bars = byId('draw-bars', HTMLElement);
  const sample = byId('draw-sample', HTMLButtonElement);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas to draw on');

  let network: Network | undefined;
  let heldOut: Digits | undefined;
  let next = 0;
  let strokes: Point[][] = [];
  /** What the network is shown: the drawing, or a held-out image. */
  let pixels: Float64Array | undefined;

  const cells = Array.from({ length: PIXELS }, () => element('span'));
  seen.replaceChildren(...cells);
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = element('span', { className: 'bar' });
    const share = element('span', { className: 'share' }, '–');
    bars.append(
      element(
        'li',
        {},
        element('span', { className: 'digit' }, String(digit)),
        element('span', { className: 'track' }, bar),
        share,
      ),
    );
    return { bar, share };
  });

  function redraw(): void {
    const scale = canvas.width / canvas.clientWidth || 1;
    context?.clearRect(0, 0, canvas.width, canvas.height);
    if (!context) return;
    context.lineWidth = 14 * scale;
    context.lineCap = context.lineJoin = 'round';
    context.strokeStyle = getComputedStyle(canvas).color;
    trace(
      context,
      strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: x * canvas.width, y: y * canvas.height }))),
    );
  }

  function read(): void {
    for (const [index, cell] of cells.entries()) cell.style.opacity = String(pixels?.[index] ?? 0);
    const y = pixels && network && softmax(network.forward({ data: pixels, shape: [1, PIXELS] }).logits).data;
    const best = y ? y.indexOf(Math.max(...y)) : -1;
    for (const [digit, { bar, share }] of rows.entries()) {
      bar.style.inlineSize = `${100 * (y?.[digit] ?? 0)}%`;
      bar.classList.toggle('best', digit === best);
      share.textContent = y ? percent(y[digit]) : '–';
    }
    verdict.textContent = !network
      ? 'Train a network first.'
      : !pixels || !y
        ? 'Draw a digit.'
        : `This is a ${best}, says the network (${percent(y[best])}).`;
  }

  const at = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };
  const drawn = () => {
    // In the units of one side, the smallest drawing is a few thousandths: scaled up, so that a pixel is a pixel.
    pixels = pixelsOf(strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: 1000 * x, y: 1000 * y }))));
    redraw();
    read();
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    strokes.push([at(event)]);
    drawn();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    strokes[strokes.length - 1]?.push(at(event));
    drawn();
  });
  byId('draw-clear', HTMLButtonElement).addEventListener('click', () => {
    strokes = [];
    drawn();
  });
  sample.addEventListener('click', () => {
    if (!heldOut) return;
    strokes = [];
    redraw();
    const row = next++ % heldOut.digits.length;
    pixels = heldOut.images.data.slice(row * PIXELS, (row + 1) * PIXELS);
    read();
    verdict.textContent += ` The data set says ${heldOut.digits[row]}.`;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  sample.disabled = true;
  read();

  return {
    /** From now on these held-out images can be shown. */
    offer(images: Digits): void {
      heldOut = images;
      sample.disabled = false;
    },
    /** From now on a network of this kind, with these weights, reads. */
    use(asked: Request, weights: readonly Float64Array[]): void {
      network = untrained(asked).network;
      for (const [layer, { data }] of network.weights.entries()) data.set(weights[layer]);
      read();
    },
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function codeFor({ activation, options, epochs }: Request): string {
  const given = optionsAsCode(activation, options);
  return [
    `import { ${activation}, softmaxCrossEntropy } from 'nonlin';`,
    '',
    `const hidden = ${activation}${given && `.with(${given})`};`,
    '// Forward; x, w1, … are { data: Float64Array, shape: [rows, columns] }.',
    'const z = addRow(product(x, w1), b1);',
    'const h = hidden(z);',
    'const logits = addRow(product(h, w2), b2);',
    'const { value, deriv: dz2 } = softmaxCrossEntropy.valueAndDeriv(logits, digits);',
    '',
    '// Backward: dz2 is the gradient of the losses by the logits, for their mean over the number of rows.',
    'const dz = hidden.backward(product(dz2, transpose(w2)), { x: z });',
    `// … and a step against the gradient, for ${epochs} epochs: examples/digits has all of it.`,
  ].join('\n');
}
