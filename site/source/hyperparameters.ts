// A slider and a number field for each hyperparameter. The field takes any number; what the function refuses, it says in its own words.

import { numberInAddress, setInAddress } from './address';
import { element } from './element';
import { FUNCTIONS, type Hyperparameter, type Options } from './functions';

/** The hyperparameters of `name` that the address gives, and the defaults of the others; the defaults, if the function refuses them. */
export function optionsInAddress(name: string): Options {
  const { hyperparameters = [], f } = FUNCTIONS.get(name) ?? {};
  const options = Object.fromEntries(
    hyperparameters.map((parameter) => [parameter.name, numberInAddress(`${name}.${parameter.name}`) ?? parameter.initial]),
  );
  return f && refusal(name, options) ? f.defaults : options;
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
  return hyperparameters.map((parameter) => control(section, name, parameter, onChange));
}

function control(
  section: string,
  name: string,
  { name: key, initial, least, most }: Hyperparameter,
  onChange: () => void,
): HTMLElement {
  const at = `${name}.${key}`;
  const now = numberInAddress(at) ?? initial;
  const label = { 'aria-label': `${key} of ${name}` };
  const slider = element('input', {
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
    for (const other of [slider, field]) if (other !== from) other.value = String(value);
    setInAddress(section, at, value === initial ? undefined : value);
    onChange();
  };
  slider.addEventListener('input', () => take(slider.valueAsNumber, slider));
  field.addEventListener('input', () => take(field.valueAsNumber, field));
  return element(
    'div',
    { className: 'parameter' },
    element('span', { className: 'name' }, `${name} · ${key}`),
    slider,
    field,
    message,
  );
}
