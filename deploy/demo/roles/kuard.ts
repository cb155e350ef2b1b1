import type { Server } from 'node:http';
import { type Names, names } from '../dns/resolver.ts';
import { createService } from '../http-service.ts';
import { dnsRoutes } from '../kuard/dns.ts';
import { envRoutes } from '../kuard/env.ts';
import { indexRoutes } from '../kuard/index-page.ts';
import { keygenRoutes } from '../kuard/keygen.ts';
import { memRoutes } from '../kuard/mem.ts';
import { memqRoutes } from '../kuard/memq.ts';
import { probeRoutes } from '../kuard/probe.ts';

/**
 * The demo app of the book "Kubernetes: Up and Running": same paths, same JSON
 * (github.com/kubernetes-up-and-running/kuard, pkg/app).
 */
export function createKuard(ask: Names['ask'] = names.ask): Server {
  return createService('kuard', {
    ...indexRoutes('/'),
    ...probeRoutes('/healthy'),
    ...probeRoutes('/ready'),
    ...envRoutes('/env'),
    ...memRoutes('/mem'),
    ...dnsRoutes('/dns', ask),
    ...keygenRoutes('/keygen'),
    ...memqRoutes('/memq/server'),
  });
}
