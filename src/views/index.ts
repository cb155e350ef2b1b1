/** The registry of views: one line each. */
import { agentsSpec } from './agents/index.ts';
import { aliasSpec } from './alias/index.ts';
import { connsSpec } from './conns/index.ts';
import { dnsSpec } from './dns/index.ts';
import { endpointsSpec } from './endpoints/index.ts';
import { errorsSpec } from './errors/index.ts';
import { exchangeSpec } from './exchange/index.ts';
import { flowsSpec } from './flows/index.ts';
import { helpSpec } from './help/index.ts';
import { httpSpec } from './http/index.ts';
import { jsonSpec } from './json/index.ts';
import { latencySpec } from './latency/index.ts';
import { mapSpec } from './map/index.ts';
import { nsSpec } from './ns/index.ts';
import { podsSpec } from './pods/index.ts';
import { pulseSpec } from './pulse/index.ts';
import { recordSpecs } from './record/index.ts';
import { slowSpec } from './slow/index.ts';
import { svcSpec } from './svc/index.ts';
import type { JsonViewSpec, RowViewSpec, ViewSpec } from './view.ts';

/** What the command line opens; the first is what the app opens with. */
export const viewSpecs: readonly ViewSpec[] = [
  httpSpec,
  nsSpec,
  svcSpec,
  podsSpec,
  endpointsSpec,
  flowsSpec,
  connsSpec,
  dnsSpec,
  errorsSpec,
  slowSpec,
  mapSpec,
  latencySpec,
  pulseSpec,
  agentsSpec,
  helpSpec,
  aliasSpec,
];

/** What enter on a row opens, by the row's table. */
export const rowViewSpecs: readonly RowViewSpec[] = [exchangeSpec, ...recordSpecs];

/** What y on a row of any table opens. */
export const jsonViewSpec: JsonViewSpec = jsonSpec;
