// The page: every section of index.html gets its behaviour.

import { version } from 'virtual:version';
import { identity } from 'nonlin';
import { scrollToSection } from './address';
import { byId, focusableWhileScrolling } from './element';
import { accuracySection } from './sections/accuracy';
import { conventionsSection } from './sections/conventions';
import { functionsSection } from './sections/functions';
import { sameBitsSection } from './sections/same-bits';
import { softmaxSection } from './sections/softmax';
import { speedSection } from './sections/speed';
import { trainSection } from './sections/train';

byId('version', HTMLElement).textContent = version;
const failure = whyNot();
if (failure === undefined) void showSections();
else byId('failure', HTMLElement).textContent = failure;

async function showSections(): Promise<void> {
  const sections = [
    functionsSection,
    trainSection,
    softmaxSection,
    accuracySection,
    speedSection,
    sameBitsSection,
    conventionsSection,
  ];
  for (const show of sections) {
    show();
    // The page scrolls and answers between two of them.
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const part of document.querySelectorAll<HTMLElement>('.scroll')) focusableWhileScrolling(part);
  scrollToSection();
  document.documentElement.dataset['ready'] = '';
}

/** What the package says where it cannot run, without WebAssembly or its SIMD. */
function whyNot(): string | undefined {
  try {
    identity(0);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
