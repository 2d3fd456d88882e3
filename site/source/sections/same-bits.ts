// Digests of a million results each, computed here and compared with those that Node gave when the page was built.

import * as expected from 'virtual:expected';
import { DIGESTS } from '../digest';
import { byId, element } from '../element';
import { type Running, Stopped, start } from '../jobs';

export function sameBitsSection(): void {
  const button = byId('bits-start', HTMLButtonElement);
  const progress = byId('bits-progress', HTMLProgressElement);
  const status = byId('bits-status', HTMLElement);
  const body = byId('bits-table', HTMLTableElement).tBodies[0];
  let running: Running<'digests'> | undefined;

  byId('bits-node', HTMLElement).textContent = expected.node;
  progress.max = DIGESTS.length;
  const cells = new Map(DIGESTS.map((name) => [name, { here: element('td', {}, '–'), same: element('td', {}, '') }]));
  body.replaceChildren(
    ...[...cells].map(([name, { here, same }]) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, name.replace(' value', '').replace(' deriv', '′')),
        here,
        element('td', {}, expected.digests[name]),
        same,
      ),
    ),
  );

  button.addEventListener('click', async () => {
    if (running) {
      running.stop();
      return;
    }
    let [done, equal] = [0, 0];
    for (const { here, same } of cells.values()) [here.textContent, same.textContent] = ['–', ''];
    button.textContent = 'Stop';
    progress.value = 0;
    status.textContent = 'Computing …';
    running = start('digests', null, ({ name, digest }) => {
      const isSame = digest === expected.digests[name];
      const row = cells.get(name);
      if (row) {
        row.here.textContent = digest;
        row.same.textContent = isSame ? 'same' : 'different';
        row.same.className = isSame ? 'good' : 'bad';
      }
      progress.value = ++done;
      equal += Number(isSame);
    });
    try {
      await running.result;
      status.textContent =
        equal === DIGESTS.length
          ? `All ${equal} digests are the same: ${(equal * 2 ** 20).toLocaleString('en')} results, bit for bit.`
          : `${DIGESTS.length - equal} of ${DIGESTS.length} digests differ from those of Node. Please report this, with the name of your browser.`;
    } catch (error) {
      status.textContent = error instanceof Stopped ? 'Stopped.' : String(error);
    }
    running = undefined;
    button.textContent = 'Compute again';
  });
}
