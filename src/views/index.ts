/** The registry of views: one line each. */
import { agentsSpec } from './agents/index.ts';
import { aliasSpec } from './alias/index.ts';
import { exchangeSpec } from './exchange/index.ts';
import { helpSpec } from './help/index.ts';
import { httpSpec } from './http/index.ts';
import { jsonSpec } from './json/index.ts';
import { latencySpec } from './latency/index.ts';
import { mapSpec } from './map/index.ts';
import { recordSpecs } from './record/index.ts';
import type { JsonViewSpec, RowViewSpec, ViewSpec } from './view.ts';

/** What the command line opens; the first is what the app opens with. */
export const viewSpecs: readonly ViewSpec[] = [httpSpec, mapSpec, latencySpec, agentsSpec, helpSpec, aliasSpec];

/** What enter on a row opens, by the row's table. */
export const rowViewSpecs: readonly RowViewSpec[] = [exchangeSpec, ...recordSpecs];

/** What y on a row of any table opens. */
export const jsonViewSpec: JsonViewSpec = jsonSpec;
