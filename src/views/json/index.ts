import type { JsonViewSpec } from '../view.ts';
import { createJsonView } from './json-view.tsx';

export const jsonSpec: JsonViewSpec = { create: createJsonView };
