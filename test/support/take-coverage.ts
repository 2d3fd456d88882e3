// Vitest ends its processes before Node writes what ran in them: under NODE_V8_COVERAGE it is written after each file.

import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

afterAll(() => takeCoverage());
