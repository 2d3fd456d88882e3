// The entry whose wasm is a file of its own has the same surface.

import type * as nonlin from 'nonlin';
import * as external from 'nonlin/external';
import { is } from './is.js';

is<typeof nonlin.relu>()(external.relu);
is<typeof nonlin.softmax>()(external.softmax);
is<Promise<void>>()(external.init());
