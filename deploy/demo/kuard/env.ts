import type { Routes } from '../http-service.ts';
import { indexRoutes } from './index-page.ts';
import { serveJson } from './serve-json.ts';

/** Command line and environment (pkg/env). */
export function envRoutes(base: string): Routes {
  return {
    ...indexRoutes(base),
    [`GET ${base}/api`]: (call) => serveJson(call, { commandLine: process.argv, env: process.env }),
  };
}
