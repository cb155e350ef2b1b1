/** The registry of views: one line each. The first is the one the app opens with. */
import { agentsSpec } from './agents/index.ts';
import { aliasSpec } from './alias/index.ts';
import { helpSpec } from './help/index.ts';
import { httpSpec } from './http/index.ts';
import type { ViewSpec } from './view.ts';

export const viewSpecs: readonly ViewSpec[] = [httpSpec, agentsSpec, helpSpec, aliasSpec];
