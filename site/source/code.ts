// A piece of code that makes what is shown, and a button that copies it.

import { element, focusableWhileScrolling } from './element';

export interface CodePanel {
  show(code: string): void;
}

/** `subject` is what the code is about, for those who hear it. */
export function codePanel(host: HTMLElement, subject: string): CodePanel {
  const code = element('code');
  const block = element('pre', { attributes: { role: 'region', 'aria-label': `Code: ${subject}` } }, code);
  focusableWhileScrolling(block);
  const button = element('button', { type: 'button', className: 'copy' }, 'Copy');
  button.addEventListener('click', async () => {
    button.textContent = (await copied(code)) ? 'Copied' : 'Select and copy';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  host.classList.add('code');
  host.append(block, button);
  return { show: (text) => void (code.textContent = text) };
}

/** Whether the text is on the clipboard; where the browser does not allow that, the text is selected instead. */
async function copied(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
