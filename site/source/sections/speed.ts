// A benchmark on the visitor's machine, with a bar for each way to call the package.

import { onAddressChange, setInAddress, textInAddress } from '../address';
import { codePanel } from '../code';
import { byId, element } from '../element';
import { USUAL } from '../formula';
import { FUNCTIONS, optionsAsCode } from '../functions';
import { optionsInAddress } from '../hyperparameters';
import { type Running, Stopped, start } from '../jobs';
import type { Request, Row } from '../jobs/benchmark';

const SECTION = 'speed';
const INITIAL_SIZE = '32768';
/** In lengths of the shortest bar. */
const LONGEST_BAR = 12;

export function speedSection(): void {
  const functionPicker = byId('speed-function', HTMLSelectElement);
  const operationPicker = byId('speed-operation', HTMLSelectElement);
  const sizePicker = byId('speed-size', HTMLSelectElement);
  const button = byId('speed-start', HTMLButtonElement);
  const progress = byId('speed-progress', HTMLProgressElement);
  const status = byId('speed-status', HTMLElement);
  const table = byId('speed-table', HTMLTableElement);
  const code = codePanel(byId('speed-code', HTMLElement), 'ways to call');
  let running: Running<'benchmark'> | undefined;

  functionPicker.replaceChildren(...[...FUNCTIONS.keys()].map((name) => element('option', { value: name }, name)));

  function fromAddress(): void {
    const name = textInAddress('time') ?? '';
    functionPicker.value = FUNCTIONS.has(name) ? name : 'sigmoid';
    operationPicker.value = textInAddress('timed') === 'deriv' ? 'deriv' : 'value';
    const sizes = [...sizePicker.options].map(({ value }) => value);
    sizePicker.value = sizes.find((size) => size === textInAddress('numbers')) ?? INITIAL_SIZE;
    code.show(codeFor(request()));
  }

  const request = (): Request => ({
    name: functionPicker.value,
    operation: operationPicker.value === 'deriv' ? 'deriv' : 'value',
    options: optionsInAddress(functionPicker.value),
    count: Number(sizePicker.value),
  });

  for (const picker of [functionPicker, operationPicker, sizePicker]) {
    picker.addEventListener('change', () => {
      setInAddress(SECTION, 'time', functionPicker.value === 'sigmoid' ? undefined : functionPicker.value);
      setInAddress(SECTION, 'timed', operationPicker.value === 'deriv' ? 'deriv' : undefined);
      setInAddress(SECTION, 'numbers', sizePicker.value === INITIAL_SIZE ? undefined : sizePicker.value);
      code.show(codeFor(request()));
    });
  }
  button.addEventListener('click', async () => {
    if (running) {
      running.stop();
      return;
    }
    const asked = request();
    button.textContent = 'Stop';
    progress.value = 0;
    status.textContent = 'Warming up …';
    running = start('benchmark', asked, ({ done, of }) => {
      progress.max = of;
      progress.value = done;
      status.textContent = `Measuring: ${done} of ${of} rounds`;
    });
    try {
      showRows(table, asked, await running.result);
      status.textContent = `${asked.name}${asked.operation === 'deriv' ? '′' : ''} of ${asked.count.toLocaleString('en')} numbers, on this machine, in this browser.`;
    } catch (error) {
      status.textContent = error instanceof Stopped ? 'Stopped.' : String(error);
    }
    running = undefined;
    button.textContent = 'Measure again';
  });
  onAddressChange(fromAddress);
  fromAddress();
}

function showRows(table: HTMLTableElement, { name, operation }: Request, rows: readonly Row[]): void {
  const plain = rows.find(({ contender }) => contender === 'plain JavaScript');
  const slowest = Math.max(...rows.map(({ nanoseconds }) => nanoseconds));
  // One that is very much slower would leave nothing to see of the others.
  const longest = Math.min(slowest, LONGEST_BAR * Math.min(...rows.map(({ nanoseconds }) => nanoseconds)));
  table.tBodies[0].replaceChildren(
    ...rows.map(({ contender, nanoseconds }) => {
      const bar = element('span', {
        className: `bar${contender === 'plain JavaScript' ? ' plain' : ''}${nanoseconds > longest ? ' cut' : ''}`,
      });
      bar.style.inlineSize = `${Math.min(100, (100 * nanoseconds) / longest)}%`;
      const ratio = plain ? plain.nanoseconds / nanoseconds : Number.NaN;
      const formula = contender === 'plain JavaScript' ? USUAL[name]?.[operation][0] : undefined;
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, contender, ...(formula ? [element('code', {}, formula)] : [])),
        element('td', { className: 'graph' }, element('span', { className: 'track' }, bar)),
        element('td', {}, nanoseconds < 100 ? nanoseconds.toPrecision(3) : Math.round(nanoseconds).toLocaleString('en')),
        element('td', {}, Number.isNaN(ratio) ? '–' : `${ratio.toPrecision(2)} ×`),
      );
    }),
  );
}

function codeFor({ name, operation, options, count }: Request): string {
  const call = `${name}${operation === 'deriv' ? '.deriv' : ''}`;
  const given = optionsAsCode(name, options).replace(/^\{ | \}$/g, '');
  const alone = given && `, { ${given} }`;
  return [
    `import { ${name}, Tensor } from 'nonlin';`,
    '',
    `const x = new Float64Array(${count});`,
    `const out = new Float64Array(${count});`,
    `${call}(x${alone}); // a new array`,
    `${call}(x, { ${given && `${given}, `}out }); // no new array: for loops`,
    '',
    'const tensor = Tensor.from(x); // lives in WebAssembly memory: nothing is copied',
    `${call}(tensor${alone});`,
  ].join('\n');
}
