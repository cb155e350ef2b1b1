/** Who reads what is captured, and in which order each hears of it. */
import type { Attribution } from './attribution/attribution.ts';
import type { CaptureListener } from './capture/source.ts';
import type { FlowTables } from './flows/flow-tables.ts';
import type { PodInfoRows } from './pod-info.ts';
import type { DnsDatagrams } from './protocols/index.ts';
import type { ResourceRows } from './resources/resource-rows.ts';
import type { Connections } from './stream/connections.ts';
import type { Summaries } from './summaries/summaries.ts';

export interface Readers {
  readonly connections: Connections;
  readonly dns: DnsDatagrams;
  readonly flows: FlowTables;
  readonly summaries: Pick<Summaries, 'tick'>;
  readonly resources: ResourceRows;
  readonly podInfo: PodInfoRows;
}

export interface InOrder {
  readonly listener: CaptureListener;
  /** Nothing more will come: what they have not told yet. Summaries are told after it, of all that these found. */
  flush(): void;
}

/** Attribution hears of a socket before anybody asks for its name. */
export function inOrder(attribution: Attribution, readers: Readers): InOrder {
  const { connections, dns, flows, summaries, resources, podInfo } = readers;
  const listener: CaptureListener = {
    open(socket) {
      attribution.open(socket);
      // Rows of a pod are told after what is known of it.
      podInfo.tick(socket.time);
      connections.open(socket);
    },
    segment: connections.segment,
    close(close) {
      connections.close(close);
      attribution.close(close);
    },
    flow(sample) {
      attribution.flow(sample);
      flows.flow(sample);
    },
    edge(sample) {
      attribution.edge(sample);
      flows.edge(sample);
    },
    datagram(datagram) {
      attribution.datagram(datagram);
      dns.datagram(datagram);
    },
    tick(time) {
      attribution.tick(time);
      podInfo.tick(time);
      connections.tick(time);
      dns.tick(time);
      flows.tick(time);
      summaries.tick(time);
      resources.tick(time);
    },
  };
  return {
    listener,
    flush() {
      connections.flush();
      dns.flush();
      flows.flush();
      resources.tick(Number.POSITIVE_INFINITY);
      podInfo.tick(Number.POSITIVE_INFINITY);
    },
  };
}
