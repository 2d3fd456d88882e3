// docs/functions.svg: f and f′ of every function that the package exports, one panel each, all on the same scale.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { curveMarks } from '../../examples/digits/curve-marks.js';
import type { Listed } from './functions.js';
import { plotted } from './plotted.js';

const COLUMNS = 5;
const PANEL = { width: 168, height: 128 };
const CAPTION = 20;
const LEGEND = 26;
const [INK, FIRST, SECOND, AXES] = ['#222', '#0072b2', '#d55e00', '#ccc'];

export function picture(all: readonly Listed[]): string {
  const panels = all.flatMap(({ activation }) => {
    const curves = plotted(activation);
    return curves ? [{ name: activation.name, ...curves }] : [];
  });
  const [width, height] = [COLUMNS * PANEL.width, LEGEND + Math.ceil(panels.length / COLUMNS) * (PANEL.height + CAPTION)];
  const drawn = panels.map(({ name, of, value, deriv }, index) => {
    const [x, y] = [(index % COLUMNS) * PANEL.width, LEGEND + Math.floor(index / COLUMNS) * (PANEL.height + CAPTION)];
    const note = of ? ` <tspan font-size="10" font-weight="400" fill="#666">${of}</tspan>` : '';
    return `<g transform="translate(${x} ${y})"><text x="8" y="14" font-size="13" font-weight="600">${name}${note}</text>
${panel(value, deriv).replaceAll(/plot-clip-\d+/g, `clip-${name}`)}</g>`;
  });
  const legend = [
    `<line x1="8" x2="34" y1="14" y2="14" stroke="${FIRST}" stroke-width="2.5"/><text x="40" y="18" font-size="13">f</text>`,
    `<line x1="64" x2="90" y1="14" y2="14" stroke="${SECOND}" stroke-width="2.5" stroke-dasharray="5 4"/><text x="96" y="18" font-size="13">f′</text>`,
    '<text x="126" y="18" font-size="12" fill="#666">x from −4 to 4, y from −1.2 to 2.2; a dot is the value where a curve jumps</text>',
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" fill="${INK}" role="img">
<title>The functions of nonlin and their derivatives</title>
<rect width="100%" height="100%" fill="white"/>
${legend.join('\n')}
${drawn.join('\n')}
</svg>
`;
}

function panel(value: (x: number) => number, deriv: (x: number) => number): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    className: 'plot',
    ...PANEL,
    margin: 6,
    x: { axis: null, domain: [-4, 4] },
    y: { axis: null, domain: [-1.2, 2.2] },
    marks: curveMarks(value, deriv, { from: -4, to: 4, first: FIRST, second: SECOND, axes: AXES, labels: false }),
  });
  svg.setAttribute('y', String(CAPTION));
  for (const style of svg.querySelectorAll('style')) style.remove();
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  // A tenth of a pixel is enough.
  return svg.outerHTML.replaceAll(/(\d\.\d)\d+/g, '$1');
}
