import * as nonlin from 'nonlin';
import { probe } from './probe.js';

try {
  postMessage(probe(nonlin));
} catch (error) {
  postMessage({ error: String(error?.stack ?? error) });
}
