// The error of a formula in the browser's own `Math`, in ULP along the axis, beside that of the package.

import { numberInAddress, onAddressChange, setInAddress, textInAddress } from '../address';
import { Chart } from '../chart';
import { codePanel } from '../code';
import { byId, debounced, element } from '../element';
import { compile, FormulaError, USUAL } from '../formula';
import { FUNCTIONS, optionsAsCode } from '../functions';
import { hyperparameterControls, optionsInAddress } from '../hyperparameters';
import { type Running, Stopped, start } from '../jobs';
import type { Operation, Request, Result, Worst } from '../jobs/errors';

const SECTION = 'accuracy';
/** Exact results are shown here, as the axis has no zero. */
const FLOOR = 0.02;
/** An error in every digit: as many ULP as fit into the number. */
const ALL_DIGITS = 2 ** 53;

export function accuracySection(): void {
  const functionPicker = byId('accuracy-function', HTMLSelectElement);
  const operationPicker = byId('accuracy-operation', HTMLSelectElement);
  const usual = byId('accuracy-usual', HTMLSelectElement);
  const formula = byId('accuracy-formula', HTMLInputElement);
  const message = byId('accuracy-message', HTMLElement);
  const from = byId('accuracy-from', HTMLInputElement);
  const to = byId('accuracy-to', HTMLInputElement);
  const parameters = byId('accuracy-parameters', HTMLElement);
  const verdict = byId('accuracy-verdict', HTMLTableElement);
  const code = codePanel(byId('accuracy-code', HTMLElement), 'formula and function');
  let result: Result | undefined;
  let running: Running<'errors'> | undefined;

  const chart = new Chart(byId('accuracy-chart', HTMLElement), {
    label: 'Error in ULP over x, of the formula and of nonlin, on a logarithmic scale; the table after it has the largest errors',
    xLabel: 'x',
    height: 340,
    logarithmic: true,
    yRange: (_, most) => [FLOOR / 2, Math.max(10, most ?? 0)],
    yTick: (value) => (value < 1000 ? String(Number(value.toPrecision(2))) : `1e${Math.round(Math.log10(value))}`),
    describe: (index) =>
      result
        ? `x = ${result.x[index].toPrecision(4)}: formula ${ulp(result.formula[index])}, nonlin ${ulp(result.package[index])}`
        : '',
    onCursor(index) {
      if (result)
        byId('accuracy-reading', HTMLElement).textContent =
          `near x = ${result.x[index].toPrecision(5)}: formula ${ulp(result.formula[index])}, nonlin ${ulp(result.package[index])}`;
    },
  });

  /** Functions for which there is a usual formula can be compared; others still with a formula that the visitor types. */
  const names = [...FUNCTIONS.keys()].filter((name) => USUAL[name]);
  functionPicker.replaceChildren(...names.map((name) => element('option', { value: name }, name)));

  function fromAddress(): void {
    const name = textInAddress('of') ?? '';
    functionPicker.value = names.includes(name) ? name : 'sigmoid';
    operationPicker.value = textInAddress('op') === 'value' ? 'value' : 'deriv';
    from.value = String(numberInAddress('from', -1e4, 1e4) ?? -40);
    to.value = String(numberInAddress('to', -1e4, 1e4) ?? 40);
    showFormulas();
    formula.value = textInAddress('formula') ?? formula.value;
    usual.value = formula.value;
    showParameters();
    measure();
  }

  function showFormulas(): void {
    const texts = USUAL[functionPicker.value]?.[operationPicker.value as Operation] ?? [];
    usual.replaceChildren(
      ...texts.map((text) => element('option', { value: text }, text)),
      element('option', { value: '' }, 'your own …'),
    );
    formula.value = texts[0] ?? 'x';
  }

  function showParameters(): void {
    parameters.replaceChildren(...hyperparameterControls(SECTION, functionPicker.value, measureSoon));
  }

  const measureSoon = debounced(150, measure);

  function measure(): void {
    const name = functionPicker.value;
    const request: Request = {
      name,
      operation: operationPicker.value as Operation,
      options: optionsInAddress(name),
      formula: formula.value,
      from: from.valueAsNumber,
      to: to.valueAsNumber,
    };
    const wrong = complaint(request);
    message.textContent = wrong ?? '';
    formula.setAttribute('aria-invalid', String(wrong !== undefined));
    if (wrong !== undefined) return;
    running?.stop();
    running = start('errors', request);
    running.result.then(show, (error: Error) => {
      if (!(error instanceof Stopped)) message.textContent = error.message;
    });
    code.show(codeFor(request));
  }

  const mark = () => (operationPicker.value === 'deriv' ? 'f′' : 'f');

  function show(measured: Result): void {
    result = measured;
    const drawn = (errors: Float64Array) => Array.from(errors, (error) => Math.max(FLOOR, Math.min(ALL_DIGITS, error)));
    chart.show(Array.from(measured.x), [
      { label: 'formula', colour: '--second', values: drawn(measured.formula), dots: true },
      { label: 'nonlin', colour: '--first', values: drawn(measured.package), dots: true },
    ]);
    verdict.tBodies[0].replaceChildren(
      worstRow('formula', 'second', mark(), measured.worstFormula),
      worstRow('nonlin', 'first', mark(), measured.worstPackage),
    );
  }

  functionPicker.addEventListener('change', () => {
    setInAddress(SECTION, 'of', functionPicker.value);
    setInAddress(SECTION, 'formula', undefined);
    showFormulas();
    showParameters();
    measure();
  });
  operationPicker.addEventListener('change', () => {
    setInAddress(SECTION, 'op', operationPicker.value);
    setInAddress(SECTION, 'formula', undefined);
    showFormulas();
    measure();
  });
  usual.addEventListener('change', () => {
    if (usual.value) {
      formula.value = usual.value;
      formula.dispatchEvent(new Event('input'));
    } else formula.select();
  });
  formula.addEventListener('input', () => {
    usual.value = formula.value;
    if (usual.selectedIndex < 0) usual.value = '';
    setInAddress(SECTION, 'formula', formula.value);
    measureSoon();
  });
  for (const [name, field] of Object.entries({ from, to })) {
    field.addEventListener('input', () => {
      setInAddress(SECTION, name, Number.isNaN(field.valueAsNumber) ? undefined : field.valueAsNumber);
      measureSoon();
    });
  }
  onAddressChange(fromAddress);
  fromAddress();
}

/** Why this cannot be measured, if it cannot. */
function complaint({ name, formula, from, to }: Request): string | undefined {
  if (!(from < to)) return 'x must go from a smaller number to a larger one';
  try {
    compile(formula, Object.keys(FUNCTIONS.get(name)?.f.defaults ?? {}));
    return undefined;
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
}

function ulp(error: number): string {
  if (error >= ALL_DIGITS / 4) return 'no correct digit';
  if (error >= 1e4) return `${error.toExponential(1)} ULP`;
  return `${error.toFixed(2)} ULP`;
}

function worstRow(who: string, colour: string, mark: string, { error, x, got }: Worst): HTMLElement {
  const digits = Math.max(0, -Math.log10(Math.max(error, 0.5) * 2 ** -53));
  return element(
    'tr',
    {},
    element('th', { scope: 'row', className: colour }, who),
    element('td', {}, ulp(error)),
    element('td', {}, digits.toFixed(0)),
    element(
      'td',
      {},
      error === 0 ? '–' : `${mark}(${Number(x.toPrecision(6))}) = ${Number(got.toPrecision(6))}`.replaceAll('-', '−'),
    ),
  );
}

function codeFor({ name, operation, options, formula }: Request): string {
  const given = optionsAsCode(name, options);
  return [
    `import { ${name} } from 'nonlin';`,
    '',
    `const formula = (x${Object.entries(options)
      .map(([key, value]) => `, ${key} = ${value}`)
      .join('')}) => ${formula};`,
    `const ours = (x) => ${name}${operation === 'deriv' ? '.deriv' : ''}(x${given && `, ${given}`});`,
  ].join('\n');
}
