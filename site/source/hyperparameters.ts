// A slider and a number field for each hyperparameter that is a number, a list for one that is a word. The field takes any
// number; what the function refuses, it says in its own words.

import { numberInAddress, setInAddress, textInAddress } from './address';
import { element } from './element';
import { type Choice, FUNCTIONS, type Hyperparameter, type Options, type Quantity } from './functions';

/**
 * The hyperparameters of `name` that the address gives, and the defaults of the others; the defaults, if the function refuses them.
 */
export function optionsInAddress(name: string): Options {
  const { hyperparameters = [], f } = FUNCTIONS.get(name) ?? {};
  const options = Object.fromEntries(hyperparameters.map((parameter) => [parameter.name, inAddress(name, parameter)]));
  return f && refusal(name, options) ? f.defaults : options;
}

function inAddress(of: string, parameter: Hyperparameter): number | string {
  const at = `${of}.${parameter.name}`;
  return ('choices' in parameter ? textInAddress(at) : numberInAddress(at)) ?? parameter.initial;
}

/** What the function says against these hyperparameters, if anything. */
export function refusal(name: string, options: Options): string | undefined {
  try {
    FUNCTIONS.get(name)?.f(0.5, options);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The controls for the hyperparameters of `name`; `section` is where a link that changes them leads. */
export function hyperparameterControls(section: string, name: string, onChange: () => void): HTMLElement[] {
  const { hyperparameters = [] } = FUNCTIONS.get(name) ?? {};
  return hyperparameters.map((parameter) =>
    'choices' in parameter ? list(section, name, parameter, onChange) : slider(section, name, parameter, onChange),
  );
}

function list(section: string, name: string, parameter: Choice, onChange: () => void): HTMLElement {
  const { name: key, initial, choices } = parameter;
  const select = element(
    'select',
    { attributes: { 'aria-label': `${key} of ${name}` } },
    ...choices.map((choice) => element('option', { value: choice }, choice)),
  );
  select.value = String(inAddress(name, parameter));
  select.addEventListener('change', () => {
    setInAddress(section, `${name}.${key}`, select.value === initial ? undefined : select.value);
    onChange();
  });
  return element('div', { className: 'parameter' }, element('span', { className: 'name' }, `${name} · ${key}`), select);
}

function slider(section: string, name: string, { name: key, initial, least, most }: Quantity, onChange: () => void): HTMLElement {
  const at = `${name}.${key}`;
  const now = numberInAddress(at) ?? initial;
  const label = { 'aria-label': `${key} of ${name}` };
  const handle = element('input', {
    type: 'range',
    min: String(least),
    max: String(most),
    step: '0.01',
    value: String(now),
    attributes: label,
  });
  const field = element('input', { type: 'number', step: 'any', value: String(now), attributes: label });
  const message = element('p', { className: 'refusal', attributes: { role: 'status' } });
  const take = (value: number, from: HTMLInputElement) => {
    const refused = refusal(name, { ...optionsInAddress(name), [key]: value });
    message.textContent = refused ?? '';
    field.setAttribute('aria-invalid', String(refused !== undefined));
    if (refused !== undefined) return;
    for (const other of [handle, field]) if (other !== from) other.value = String(value);
    setInAddress(section, at, value === initial ? undefined : value);
    onChange();
  };
  handle.addEventListener('input', () => take(handle.valueAsNumber, handle));
  field.addEventListener('input', () => take(field.valueAsNumber, field));
  return element(
    'div',
    { className: 'parameter' },
    element('span', { className: 'name' }, `${name} · ${key}`),
    handle,
    field,
    message,
  );
}
