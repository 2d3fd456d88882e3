// Softmax: logits to drag, the temperature, masks; the probabilities as bars, the Jacobian as a heat map.

import { softmax } from 'nonlin';
import { numberInAddress, onAddressChange, setInAddress, textInAddress } from '../address';
import { codePanel } from '../code';
import { byId, element } from '../element';

const SECTION = 'softmax';
const INITIAL: readonly number[] = [2, 1, 0, -1, 3];
const [LEAST_LOGIT, MOST_LOGIT] = [-8, 8];
const [FEWEST, MOST] = [2, 8];

interface State {
  readonly logits: readonly number[];
  readonly masked: ReadonlySet<number>;
  readonly temperature: number;
}

interface Row {
  readonly bar: HTMLElement;
  readonly share: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly logit: HTMLElement;
}

export function softmaxSection(): void {
  const list = byId('softmax-logits', HTMLElement);
  const temperature = byId('softmax-temperature', HTMLInputElement);
  const temperatureText = byId('softmax-temperature-text', HTMLOutputElement);
  const matrix = byId('softmax-jacobian', HTMLTableElement);
  const more = byId('softmax-more', HTMLButtonElement);
  const fewer = byId('softmax-fewer', HTMLButtonElement);
  const code = codePanel(byId('softmax-code', HTMLElement), 'softmax');
  let state = fromAddress();
  let rows: Row[] = [];

  function build(): void {
    rows = state.logits.map((logit, index) => row(logit, index));
    list.replaceChildren(...rows.map(({ bar }) => bar.closest('li') as HTMLElement));
    temperature.value = String(Math.log10(state.temperature));
    draw();
  }

  function row(logit: number, index: number): Row {
    const number = index + 1;
    const slider = element('input', {
      type: 'range',
      min: String(LEAST_LOGIT),
      max: String(MOST_LOGIT),
      step: '0.1',
      value: String(logit),
      attributes: { 'aria-label': `logit ${number}` },
    });
    const mask = element('input', {
      type: 'checkbox',
      checked: !state.masked.has(index),
      attributes: { 'aria-label': `unit ${number} takes part` },
    });
    const bar = element('span', { className: 'bar' });
    const share = element('span', { className: 'share' });
    const value = element('span', { className: 'share' });
    slider.addEventListener('input', () => {
      update({ ...state, logits: state.logits.map((old, at) => (at === index ? slider.valueAsNumber : old)) });
    });
    mask.addEventListener('change', () => {
      const masked = new Set(state.masked);
      if (mask.checked) masked.delete(index);
      else masked.add(index);
      update({ ...state, masked });
    });
    element(
      'li',
      {},
      element('label', { className: 'mask' }, mask),
      slider,
      value,
      element('span', { className: 'track' }, bar),
      share,
    );
    return { bar, share, slider, logit: value };
  }

  function update(next: State): void {
    const sameRows = next.logits.length === state.logits.length;
    state = next;
    const { logits, masked } = state;
    setInAddress(SECTION, 'logits', String(logits) === String(INITIAL) ? undefined : logits.join(','));
    setInAddress(SECTION, 'masked', masked.size === 0 ? undefined : [...masked].join(','));
    setInAddress(SECTION, 'temperature', state.temperature === 1 ? undefined : state.temperature);
    if (sameRows) draw();
    else build();
  }

  function draw(): void {
    const x = input(state);
    const probabilities = softmax(x, { temperature: state.temperature });
    for (const [index, { bar, share, slider, logit }] of rows.entries()) {
      const masked = state.masked.has(index);
      const probability = probabilities[index];
      bar.style.inlineSize = `${100 * (probability || 0)}%`;
      share.textContent = Number.isNaN(probability) ? 'NaN' : percent(probability);
      logit.textContent = masked ? '−∞' : state.logits[index].toFixed(1).replace('-', '−');
      slider.disabled = masked;
      slider.setAttribute('aria-valuetext', `${state.logits[index].toFixed(1)}, probability ${share.textContent}`);
    }
    temperatureText.value = String(state.temperature);
    more.disabled = state.logits.length >= MOST;
    fewer.disabled = state.logits.length <= FEWEST;
    showJacobian(matrix, x, state.temperature);
    code.show(codeFor(state, probabilities));
  }

  temperature.addEventListener('input', () =>
    update({ ...state, temperature: Number((10 ** temperature.valueAsNumber).toPrecision(2)) }),
  );
  more.addEventListener('click', () => update({ ...state, logits: [...state.logits, 0] }));
  fewer.addEventListener('click', () => {
    const logits = state.logits.slice(0, -1);
    update({ ...state, logits, masked: new Set([...state.masked].filter((index) => index < logits.length)) });
  });
  onAddressChange(() => {
    state = fromAddress();
    build();
  });
  build();
}

function fromAddress(): State {
  const given = textInAddress('logits')?.split(',').map(Number) ?? [];
  const valid =
    given.length >= FEWEST && given.length <= MOST && given.every((logit) => logit >= LEAST_LOGIT && logit <= MOST_LOGIT);
  const logits = valid ? given : INITIAL;
  const masked = (textInAddress('masked') ?? '').split(',').filter(Boolean).map(Number);
  return {
    logits,
    masked: new Set(masked.filter((index) => Number.isInteger(index) && index >= 0 && index < logits.length)),
    temperature: numberInAddress('temperature', 1e-3, 1e3) ?? 1,
  };
}

const input = ({ logits, masked }: State): number[] =>
  logits.map((logit, index) => (masked.has(index) ? Number.NEGATIVE_INFINITY : logit));

const percent = (share: number) => (share > 0 && share < 5e-4 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`);

const short = (value: number) => (Math.abs(value) < 5e-4 ? value.toExponential(0) : value.toFixed(3)).replaceAll('-', '−');

/** Rows: which probability changes; columns: with which logit. */
function showJacobian(table: HTMLTableElement, x: number[], temperature: number): void {
  const jacobian = softmax.deriv([x], { temperature })[0];
  const largest = Math.max(...jacobian.flat().map(Math.abs));
  const numbers = x.map((_, index) => String(index + 1));
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, '∂sᵢ/∂xⱼ'),
    ...numbers.map((number) => element('th', { scope: 'col' }, number)),
  );
  const rows = jacobian.map((row, index) =>
    element('tr', {}, element('th', { scope: 'row' }, numbers[index]), ...row.map((value) => cell(value, largest))),
  );
  table.tHead?.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows);
}

function cell(value: number, largest: number): HTMLElement {
  const text = Number.isNaN(value) ? 'NaN' : value === 0 ? '0' : short(value);
  const made = element('td', { title: String(value) }, text);
  // At most 40 % of the colour, so that the text on it can be read.
  const strength = largest > 0 ? (40 * Math.abs(value)) / largest : 0;
  made.style.background = `color-mix(in srgb, var(${value < 0 ? '--second' : '--first'}) ${strength.toFixed(1)}%, transparent)`;
  return made;
}

function codeFor({ logits, masked, temperature }: State, probabilities: readonly number[]): string {
  const x = logits.map((logit, index) => (masked.has(index) ? '-Infinity' : String(logit)));
  const options = temperature === 1 ? '' : `, { temperature: ${temperature} }`;
  return [
    "import { softmax } from 'nonlin';",
    '',
    `const x = [${x.join(', ')}];${masked.size > 0 ? ' // −Infinity is a mask' : ''}`,
    `softmax(x${options}); // [${probabilities.map((probability) => Number(probability.toPrecision(4))).join(', ')}]`,
    `softmax.deriv(x${options}); // the Jacobian`,
    `softmax.backward(dy, { x }${options}); // dx, without the Jacobian`,
  ].join('\n');
}
