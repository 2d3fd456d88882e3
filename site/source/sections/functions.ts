// The activations: f, f′ and f″ as curves, a cursor that reads them, and a slider for each hyperparameter.

import { type Curve, sample } from '../../../examples/digits/curves';
import { numberInAddress, onAddressChange, setInAddress, textInAddress } from '../address';
import { Chart, type Curve as Drawn } from '../chart';
import { codePanel } from '../code';
import { byId, element, toggle } from '../element';
import { FUNCTIONS, type Options, optionsAsCode } from '../functions';
import { hyperparameterControls, optionsInAddress } from '../hyperparameters';

const SECTION = 'functions';
const INITIAL = 'elu,sigmoid';
const COLOURS = 8;

/** f, f′, f″: how each is called, drawn, and written in code. */
const ORDERS = [
  { key: 'f', mark: 'f', dashes: undefined, call: '', variable: 'y' },
  { key: 'd', mark: 'f′', dashes: [7, 5], call: '.deriv', variable: 'slope' },
  { key: 'dd', mark: 'f″', dashes: [2, 4], call: '.deriv2', variable: 'curvature' },
] as const;
type Order = (typeof ORDERS)[number];

interface Line {
  readonly name: string;
  readonly order: Order;
  readonly colour: string;
  readonly at: Curve;
}

export function functionsSection(): void {
  const picker = byId('functions-picker', HTMLElement);
  const orders = byId('functions-orders', HTMLElement);
  const parameters = byId('functions-parameters', HTMLElement);
  const readings = byId('functions-readings', HTMLTableElement);
  const notes = byId('functions-notes', HTMLElement);
  const range = byId('functions-range', HTMLInputElement);
  const rangeText = byId('functions-range-text', HTMLOutputElement);
  const code = codePanel(byId('functions-code', HTMLElement), 'the chosen functions');
  let lines: readonly Line[] = [];
  let x: readonly number[] = [];

  const chart = new Chart(byId('functions-chart', HTMLElement), {
    label: 'The chosen functions and their derivatives, plotted over x; the table after it has the values at the cursor',
    xLabel: 'x',
    height: 360,
    describe: (index) =>
      `x = ${short(x[index])}: ${lines.map((line) => `${title(line)} ${short(line.at(x[index]))}`).join(', ')}`,
    onCursor(index) {
      showReadings(readings, lines, x[index]);
      const middle = Math.abs(x[index]) < 1e-300 ? undefined : x[index];
      setInAddressIfReady('x', middle === undefined ? undefined : Number(middle.toPrecision(4)));
    },
  });

  // The first drawing must not write into the address what nobody chose.
  let ready = false;
  const setInAddressIfReady = (name: string, value: number | undefined) => {
    if (ready) setInAddress(SECTION, name, value);
  };

  const chosenNames = () => (textInAddress('f') ?? INITIAL).split(',').filter((name) => FUNCTIONS.has(name));
  const chosenOrders = () => {
    const keys = (textInAddress('show') ?? 'f,d').split(',');
    return ORDERS.filter(({ key }) => keys.includes(key));
  };
  const halfWidth = () => numberInAddress('range', 0.1, 1000) ?? 6;

  function draw(): void {
    const names = chosenNames();
    lines = names.flatMap((name, index) => chosenOrders().map((order) => line(name, order, colourOf(index))));
    const samples = sample(
      lines.map(({ at }) => at),
      -halfWidth(),
      halfWidth(),
    );
    x = samples.x;
    const drawn = lines.flatMap(({ name, order, colour }, index) =>
      samples.pieces[index].map(
        (values): Drawn => ({
          label: `${name} ${order.mark}`,
          colour,
          values,
          ...(order.dashes ? { dashes: order.dashes } : {}),
        }),
      ),
    );
    rangeText.value = `−${short(halfWidth())} … ${short(halfWidth())}`;
    chart.show(x, drawn, numberInAddress('x') ?? 0);
    code.show(codeFor(names, chosenOrders(), halfWidth()));
  }

  function build(): void {
    const names = chosenNames();
    picker.replaceChildren(
      ...[...FUNCTIONS.keys()].map((name) => {
        return toggle(name, names.includes(name), (on) => {
          const others = chosenNames().filter((other) => other !== name);
          choose(
            'f',
            (on ? [...FUNCTIONS.keys()].filter((other) => other === name || others.includes(other)) : others).join(','),
            INITIAL,
          );
        });
      }),
    );
    const shownOrders = chosenOrders();
    orders.replaceChildren(
      ...ORDERS.map((order) =>
        toggle(order.mark, shownOrders.includes(order), (on) => {
          const keys = ORDERS.filter((other) => (other === order ? on : chosenOrders().includes(other))).map(({ key }) => key);
          choose('show', keys.join(','), 'f,d');
        }),
      ),
    );
    range.value = String(Math.log10(halfWidth()));
    buildParameters();
    draw();
  }

  function buildParameters(): void {
    const names = chosenNames();
    for (const [index, name] of [...FUNCTIONS.keys()].entries()) {
      const button = picker.children[index] as HTMLElement;
      button.style.setProperty('--colour', `var(${colourOf(names.indexOf(name))})`);
    }
    const controls = names.flatMap((name) => hyperparameterControls(SECTION, name, draw));
    parameters.replaceChildren(
      ...(controls.length > 0 ? controls : [element('p', { className: 'quiet' }, 'None of these has a hyperparameter.')]),
    );
    notes.replaceChildren(
      ...names.map((name) => {
        const { summary, specialValues } = FUNCTIONS.get(name) ?? { summary: '', specialValues: '' };
        return element(
          'p',
          {},
          element('b', {}, name),
          ` ${summary}`,
          ...(specialValues ? [element('span', { className: 'quiet' }, ` ${specialValues}`)] : []),
        );
      }),
    );
  }

  function choose(key: string, value: string, initial: string): void {
    setInAddress(SECTION, key, value === initial ? undefined : value);
    buildParameters();
    draw();
  }

  range.addEventListener('input', () => {
    const value = Number((10 ** range.valueAsNumber).toPrecision(2));
    setInAddress(SECTION, 'range', value === 6 ? undefined : value);
    draw();
  });
  onAddressChange(build);
  build();
  ready = true;
}

/** Of the functions that are shown, each has a colour of its own, as long as there are enough. */
const colourOf = (index: number) => `--curve-${1 + (index % COLOURS)}`;

const title = ({ name, order }: Line) => `${name} ${order.mark}`;

function line(name: string, order: Order, colour: string): Line {
  const { f } = FUNCTIONS.get(name) as NonNullable<ReturnType<typeof FUNCTIONS.get>>;
  const options: Options = optionsInAddress(name);
  const call = { f, d: f.deriv, dd: f.deriv2 }[order.key];
  return { name, order, colour, at: (x) => call(x, options) };
}

function showReadings(table: HTMLTableElement, lines: readonly Line[], x: number): void {
  const names = [...new Set(lines.map(({ name }) => name))];
  const orders = ORDERS.filter((order) => lines.some((line) => line.order === order));
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, `x = ${short(x)}`),
    ...orders.map(({ mark }) => element('th', { scope: 'col' }, mark)),
  );
  const rows = names.map((name) =>
    element(
      'tr',
      {},
      swatched(name, lines.find((line) => line.name === name)?.colour ?? '--ink'),
      ...orders.map((order) => {
        const found = lines.find((line) => line.name === name && line.order === order);
        return element('td', { attributes: { 'data-label': order.mark } }, String(found?.at(x)).replaceAll('-', '−'));
      }),
    ),
  );
  table.tHead?.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows);
}

function swatched(name: string, colour: string): HTMLElement {
  const swatch = element('span', { className: 'swatch' });
  swatch.style.background = `var(${colour})`;
  return element('th', { scope: 'row' }, swatch, name);
}

const short = (x: number) => String(Math.abs(x) < 1e-300 ? 0 : Number(x.toPrecision(5))).replace('-', '−');

function codeFor(names: readonly string[], orders: readonly Order[], halfWidth: number): string {
  if (names.length === 0) return '// Choose a function above.';
  const step = (2 * halfWidth) / 600;
  const calls = names.flatMap((name) => {
    const options = optionsAsCode(name, optionsInAddress(name));
    return orders.map(
      ({ call, variable }) =>
        `const ${name}${variable === 'y' ? 'Value' : variable[0].toUpperCase() + variable.slice(1)} = ${name}${call}(x${options && `, ${options}`});`,
    );
  });
  return [
    `import { ${names.join(', ')} } from 'nonlin';`,
    '',
    `const x = Float64Array.from({ length: 601 }, (_, i) => ${-halfWidth} + ${Number(step.toPrecision(6))} * i);`,
    ...calls,
  ].join('\n');
}
