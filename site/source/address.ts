// What is shown stands in the address, so that a link shows the same: `#section?name=value&…`. What has its default is left out.

import { debounced } from './element';

const values = new Map<string, string>();
const listeners: (() => void)[] = [];
let section = '';

function read(): void {
  const [id = '', query = ''] = location.hash.slice(1).split('?');
  section = id;
  // A link to a section of the page says nothing of what is shown there.
  if (!query) return;
  values.clear();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, value);
}

/** Many changes in a row, as a slider makes them, become one: browsers refuse hundreds. */
const write = debounced(200, () => {
  const query = new URLSearchParams([...values]).toString().replaceAll('%2C', ',');
  history.replaceState(null, '', query || section ? `#${section}${query && `?${query}`}` : location.pathname + location.search);
});

read();
window.addEventListener('hashchange', () => {
  read();
  write();
  for (const listener of listeners) listener();
  scrollToSection();
});

/** Where the address points; browsers find no element for a hash that says more than an id. */
export function scrollToSection(): void {
  if (section) document.getElementById(section)?.scrollIntoView({ behavior: 'instant' });
}

/** Calls `listener` when somebody else changes the address. */
export function onAddressChange(listener: () => void): void {
  listeners.push(listener);
}

export function textInAddress(name: string): string | undefined {
  return values.get(name);
}

/** The number that the address gives for `name`, if it is one within these bounds. */
export function numberInAddress(name: string, least = -Number.MAX_VALUE, most = Number.MAX_VALUE): number | undefined {
  const text = values.get(name);
  const number = text?.trim() ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/** Puts `value` into the address; undefined takes the name out of it. `where` is the section that a link should open. */
export function setInAddress(where: string, name: string, value: string | number | undefined): void {
  section = where;
  if (value === undefined) values.delete(name);
  else values.set(name, String(value));
  write();
}
