// A plot of curves over one x, drawn by uPlot, with a cursor. Under it stands a slider for the cursor: for the keyboard, for
// touch, and for screen readers, which hear the values from it.

import uPlot from 'uplot';
import { element } from './element';

export interface Curve {
  readonly label: string;
  /** The name of a CSS variable. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly dashes?: readonly number[];
  readonly width?: number;
  /** Dots instead of a line. */
  readonly dots?: boolean;
}

export interface ChartOptions {
  /** What the plot shows, for those who do not see it. */
  readonly label: string;
  readonly xLabel: string;
  readonly height: number;
  readonly logarithmic?: boolean;
  /** What is to be seen of y, from its least and its largest value; both are null where there are no values yet. */
  readonly yRange?: (least: number | null, most: number | null) => readonly [number, number];
  readonly yTick?: (value: number) => string;
  /** The values at the cursor in words; `index` counts the points of x. */
  readonly describe: (index: number) => string;
  /** The cursor moved, by hand or because there are other points. */
  readonly onCursor?: (index: number) => void;
}

const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The width of the y axis and the space at the right, in CSS pixels: the slider below the plot begins and ends with it. */
const [AXIS, PADDING] = [52, 14];
const THUMB = 16;

const charts = new Set<Chart>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of charts) chart.redraw();
});

const isPowerOfTen = (value: number) => Number.isInteger(Math.log10(value)) || Number.isInteger(-Math.log10(1 / value));

export class Chart {
  readonly #options: ChartOptions;
  readonly #canvas: HTMLElement;
  readonly #slider: HTMLInputElement;
  #plot: uPlot | undefined;
  #x: readonly number[] = [];
  #curves: readonly Curve[] = [];
  #index = 0;

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#options = options;
    this.#canvas = element('div', { className: 'canvas', attributes: { role: 'img', 'aria-label': options.label } });
    this.#canvas.style.height = `${options.height}px`;
    this.#slider = element('input', {
      type: 'range',
      className: 'cursor',
      min: '0',
      attributes: { 'aria-label': `${options.xLabel}: read the values at` },
    });
    this.#slider.addEventListener('input', () => this.moveTo(Number(this.#slider.value)));
    this.#slider.style.cssText = `margin-inline: ${AXIS - THUMB / 2}px 0; inline-size: calc(100% - ${AXIS + PADDING - THUMB}px)`;
    host.append(this.#canvas, this.#slider);
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#canvas);
    charts.add(this);
  }

  /** Where the cursor is, as a number of points. */
  get index(): number {
    return this.#index;
  }

  /** Shows these curves; the cursor stays at its x, or goes to `at`. */
  show(x: readonly number[], curves: readonly Curve[], at: number | undefined = this.#x[this.#index]): void {
    const looks = (list: readonly Curve[]) => list.map(({ label, colour, dots }) => `${label} ${colour} ${dots}`).join();
    const sameLooks = looks(curves) === looks(this.#curves);
    [this.#x, this.#curves] = [x, curves];
    const data = [x, ...curves.map(({ values }) => values)] as uPlot.AlignedData;
    if (this.#plot && sameLooks) this.#plot.setData(data);
    else {
      this.#plot?.destroy();
      this.#plot = new uPlot(this.#uplotOptions(), data, this.#canvas);
    }
    this.#slider.max = String(Math.max(0, x.length - 1));
    this.moveTo(at === undefined ? Math.floor(x.length / 2) : this.#nearest(at));
  }

  moveTo(index: number): void {
    this.#index = Math.max(0, Math.min(index, this.#x.length - 1));
    const plot = this.#plot;
    if (!plot || this.#x.length === 0) return;
    this.#slider.value = String(this.#index);
    this.#slider.setAttribute('aria-valuetext', this.#options.describe(this.#index));
    this.#placeCursor(plot);
    this.#options.onCursor?.(this.#index);
  }

  #placeCursor(plot: uPlot): void {
    plot.setCursor({ left: plot.valToPos(this.#x[this.#index], 'x'), top: 0 }, false);
  }

  redraw(): void {
    this.#plot?.redraw(false, true);
  }

  #nearest(x: number): number {
    let nearest = 0;
    for (const [index, other] of this.#x.entries()) {
      if (Math.abs(other - x) < Math.abs(this.#x[nearest] - x)) nearest = index;
    }
    return nearest;
  }

  #size() {
    return { width: Math.max(200, this.#canvas.clientWidth), height: this.#options.height };
  }

  #uplotOptions(): uPlot.Options {
    const { xLabel, logarithmic, yRange, yTick } = this.#options;
    const axis = (label: string | undefined): uPlot.Axis => ({
      ...(label ? { label, labelSize: 20, labelFont: '13px system-ui, sans-serif' } : {}),
      stroke: () => colourOf('--quiet'),
      font: '12px system-ui, sans-serif',
      grid: { stroke: () => colourOf('--line'), width: 1 },
      ticks: { show: false },
    });
    return {
      ...this.#size(),
      pxAlign: false,
      padding: [10, PADDING, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 9, fill: (_, series) => colourOf(this.#curves[series - 1]?.colour ?? '--ink') },
      },
      scales: {
        x: { time: false, range: (_, least, most) => [least, most] },
        y: {
          ...(logarithmic ? { distr: 3 } : {}),
          ...(yRange
            ? {
                range: (_: uPlot, least: number | null, most: number | null) => {
                  const [bottom, top] = yRange(least, most);
                  // uPlot draws a logarithmic axis over whole decades only.
                  return logarithmic ? uPlot.rangeLog(bottom, top, 10, true) : ([bottom, top] as uPlot.Range.MinMax);
                },
              }
            : {}),
        },
      },
      axes: [
        { ...axis(xLabel), size: 30, gap: 6 },
        {
          ...axis(undefined),
          ...(logarithmic
            ? {
                grid: {
                  ...axis(undefined).grid,
                  filter: (_: uPlot, splits: number[]) => splits.map((split) => (isPowerOfTen(split) ? split : null)),
                },
              }
            : {}),
          size: AXIS,
          gap: 6,
          ...(yTick ? { values: (_: uPlot, ticks: number[]) => ticks.map((tick) => (tick === null ? '' : yTick(tick))) } : {}),
        },
      ],
      series: [
        {},
        ...this.#curves.map(({ label, colour, dashes, width = 2.5, dots = false }) => ({
          label,
          stroke: () => colourOf(colour),
          width: dots ? 0 : width,
          ...(dashes ? { dash: [...dashes] } : {}),
          ...(dots ? { paths: () => null } : {}),
          points: { show: dots, size: 4, width: 0, fill: () => colourOf(colour) },
        })),
      ],
      hooks: {
        setCursor: [
          ({ cursor: { idx, event } }) => {
            // uPlot forgets the cursor when the pointer leaves; here it stays where it was.
            if (event && typeof idx === 'number' && idx !== this.#index) this.moveTo(idx);
          },
        ],
        // Only now it is known where an x is drawn.
        draw: [(plot) => this.#placeCursor(plot)],
      },
    };
  }
}
