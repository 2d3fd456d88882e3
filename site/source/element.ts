// Making and finding elements of the page.

type Child = Node | string;
type Properties<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], 'attributes' | 'style' | 'dataset'>
> & {
  /** Attributes that are no properties, `aria-label` and the like. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/** A new element with these properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<Tag> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const { attributes, ...others }: { attributes?: Readonly<Record<string, string>> } = properties;
  const made = Object.assign(document.createElement(tag), others);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The element with this id, which index.html has. */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id "${id}"`);
  return found;
}

/** A labelled checkbox that looks like a button; `onChange` learns whether it is on. */
export function toggle(text: Child, checked: boolean, onChange: (checked: boolean) => void): HTMLLabelElement {
  const input = element('input', { type: 'checkbox', checked });
  input.addEventListener('change', () => onChange(input.checked));
  return element('label', { className: 'toggle' }, input, element('span', {}, text));
}

/** Calls `work` once, `delay` ms after the last of many calls. */
export function debounced(delay: number, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, delay);
  };
}

/** What scrolls sideways can be scrolled by keyboard, as long as it does scroll. */
export function focusableWhileScrolling(part: HTMLElement): void {
  const update = () => {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute('tabindex');
  };
  const observer = new ResizeObserver(update);
  observer.observe(part);
  for (const child of part.children) observer.observe(child);
}
