// Turns a line of the softmax family into a function with its types.

import type { Numbered } from '../engine/kernels.js';
import { defaultsOf, type RowsDefinition } from './definition.js';
import { positiveHparam } from './hyperparameter.js';
import { callRows } from './row-call.js';
import { rowOptions } from './row-options.js';
import { surface } from './surface.js';

/** How a function along rows differs from softmax. */
type Differences = Partial<Omit<RowsDefinition, 'form' | 'name' | 'kernel'>>;

/** Defines a function along rows. */
export const defineRows = (name: string, kernel: Numbered, differences: Differences = {}): RowsDefinition => ({
  form: 'rows',
  name,
  kernel,
  hparams: [positiveHparam('temperature', 1)],
  hasAxis: true,
  hasShape: true,
  takesY: true,
  more: rowOptions('mask', 'causal', 'emptyRow'),
  divides: true,
  most: undefined,
  hasDeriv: true,
  reduces: false,
  general: callRows,
  ...differences,
});

/** The function of a definition: by default along the last axis, with temperature 1. */
export const rowFunction = <F>(definition: RowsDefinition): F => surface<F>(definition, defaultsOf([1]));
