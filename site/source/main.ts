// The page: every section of index.html gets its behaviour.

import { version } from 'virtual:version';
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
functionsSection();
trainSection();
softmaxSection();
accuracySection();
speedSection();
sameBitsSection();
conventionsSection();
for (const part of document.querySelectorAll<HTMLElement>('.scroll')) focusableWhileScrolling(part);
scrollToSection();
