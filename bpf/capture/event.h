/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the kernel side hands to the agent, and what the agent hands to the kernel side.
 *
 * Every struct here is shared with TypeScript: `npm run gen` reads the object's BTF and writes
 * agent/capture/layout.gen.ts. Fixed-width members, widest first, explicit padding (-Wpadded).
 * Addresses and ports are in network byte order inside address arrays and host byte order in ports.
 * All times are CLOCK_MONOTONIC nanoseconds (bpf_ktime_get_ns).
 */
#ifndef KELPIE_CAPTURE_EVENT_H
#define KELPIE_CAPTURE_EVENT_H

#include <linux/types.h>

/* What a record is: `type`, at the same offset in all of them. */
enum record_type {
	RECORD_OPEN = 1,    /* struct open_record: a socket is seen, always before its first segment */
	RECORD_SEGMENT = 2, /* struct segment_record, followed by `captured` payload bytes */
	RECORD_CLOSE = 3,   /* struct close_record: the TCP state machine reached CLOSE */
	RECORD_DATAGRAM = 4, /* struct datagram_record, followed by `captured` payload bytes */
	RECORD_FLOW = 5,    /* struct flow_record: totals of one TCP connection */
	RECORD_EDGE = 6,    /* struct edge_record: what connections without a flow_record and datagrams came to */
};

enum direction {
	DIRECTION_IN = 0,  /* ingress: the socket received it */
	DIRECTION_OUT = 1, /* egress: the socket sent it */
};

enum socket_role {
	ROLE_UNKNOWN = 0, /* first seen in mid-stream */
	ROLE_CLIENT = 1,  /* active open */
	ROLE_SERVER = 2,  /* passive open */
};

/* segment_record.flags */
enum segment_flag {
	SEGMENT_FIN = 1,
	SEGMENT_RST = 2,
	SEGMENT_PSH = 4,
	SEGMENT_MESSAGE_START = 8, /* first payload after the direction turned */
	SEGMENT_ORPHAN = 16, /* arrived on a listener (TCP_DEFER_ACCEPT, TFO); cookie is the listener's, an open_record with the same addresses follows */
	SEGMENT_SAMPLED = 32, /* `len` bytes from `seq` on were left out by the cgroup's budget: whole messages, neither lost nor cut */
};

/* open_record.flags */
enum open_flag {
	OPEN_MIDSTREAM = 1,   /* the socket was open before capture began */
	OPEN_HAS_ISN = 2,     /* seq_in and seq_out are the first payload sequence numbers */
};

/* Every record begins alike: when, which socket, what. */

/* A socket. Emitted once, lazily, before its first segment at level HEADS or above (twice at worst, when two CPUs race). */
struct open_record {
	__u64 ts_ns;
	__u64 cookie;       /* bpf_get_socket_cookie: unique until reboot */
	__u8 type;          /* RECORD_OPEN */
	__u8 family;        /* 4 or 6 */
	__u8 role;          /* enum socket_role */
	__u8 flags;         /* enum open_flag */
	__u32 pid;          /* thread group id of the creator in the root pid namespace; 0 if unknown */
	__u64 cgroup_id;    /* cgroup v2 id: the inode of the cgroup's directory */
	__u64 netns_cookie; /* 0 where unknown: the socket was made before capture began */
	__u8 local_addr[16];  /* IPv4 in the first 4 bytes */
	__u8 remote_addr[16];
	char comm[16];      /* creator of the socket or of its listener; empty if unknown */
	__u32 seq_in;       /* see OPEN_HAS_ISN */
	__u32 seq_out;
	__u16 local_port;
	__u16 remote_port;
	__u8 _pad[4];
};

/*
 * One TCP segment (or GSO/GRO buffer, up to 64 KiB, cut in pieces of at most SEGMENT_PIECE bytes).
 * `len` payload bytes were on the wire from sequence `seq` on; the first `captured` of them follow.
 * Bytes beyond the per-message cap are coalesced: one record without payload stands for many segments. It comes when
 * the message ends for all that can be known (FIN, RST, PSH, all acknowledged, direction turned, CLOSE), and every MiB.
 * A jump of `seq` while `lost` stands still is a cut on purpose, a jump with a higher `lost` is loss.
 * ORPHAN segments carry their addresses in struct orphan_addresses between this and the payload.
 */
struct segment_record {
	__u64 ts_ns;         /* of the last byte that `len` covers */
	__u64 cookie;
	__u8 type;           /* RECORD_SEGMENT */
	__u8 direction;      /* enum direction */
	__u8 flags;          /* enum segment_flag */
	__u8 _pad[1];
	__u32 lost;          /* records of this socket that did not fit the ring so far */
	__u64 other_last_ns; /* when the opposite direction last carried payload; 0 = never */
	__u32 seq;
	__u32 len;
	__u32 captured;
	__u32 other_end_seq; /* sequence after the last payload byte seen in the opposite direction */
};

struct orphan_addresses {
	__u8 local_addr[16];
	__u8 remote_addr[16];
	__u16 local_port;
	__u16 remote_port;
	__u8 family;
	__u8 _pad[3];
};

/*
 * The last record of a connection. A socket that aborts sends its RST after this, without a record: CLOSE with no FIN before
 * it is a reset by this side. The same cookie may be opened again: connect(2) on a socket that was disconnected.
 */
struct close_record {
	__u64 ts_ns;
	__u64 cookie;
	__u8 type;          /* RECORD_CLOSE */
	__u8 _pad[3];
	__u32 lost;         /* as in segment_record */
	__u64 last_ns[2];   /* by enum direction: when payload was last seen */
	__u64 bytes[2];     /* payload bytes seen, retransmissions included */
	__u32 end_seq[2];   /* sequence after the last payload byte */
	__u32 srtt_us;      /* smoothed round trip time, microseconds; 0 if unknown */
	__u32 retransmits;  /* tcp_sock.total_retrans */
};

#define SEGMENT_PIECE 16384

/*
 * One UDP datagram to or from one of settings.datagram_ports, at HEADS or above. Addresses are the packet's: the socket need
 * not be connected. The first `captured` of its `len` bytes follow.
 */
struct datagram_record {
	__u64 ts_ns;
	__u64 cookie;
	__u8 type;          /* RECORD_DATAGRAM */
	__u8 direction;     /* enum direction */
	__u8 role;          /* enum socket_role */
	__u8 family;        /* 4 or 6 */
	__u32 pid;          /* this and the next five as in open_record */
	__u64 cgroup_id;
	__u64 netns_cookie;
	__u8 local_addr[16];
	__u8 remote_addr[16];
	char comm[16];
	__u32 len;
	__u32 captured;
	__u16 local_port;
	__u16 remote_port;
	__u8 _pad[4];
};

#define DATAGRAM_PIECE 4096

/* --- totals ---------------------------------------------------------------------------------------------------------
 *
 * At level FLOWS and above every TCP connection is told in exactly one of two ways, from its beginning to its end:
 *
 *  - by flow_records: its totals so far, at most once a second while it is active, and once more when it ended (state ENDED:
 *    the last record of this cookie, unless the socket connects again). Whoever wants sums takes differences of the totals.
 *  - within an edge_record, as part of a sum of many, if it ended before any flow_record of it was handed over, or if there
 *    were too many active ones for a record of its own (COUNTER_FLOWS_FULL).
 *
 * What ended in failure is told by a flow_record of its own even when short, as long as there are not too many in a second;
 * it is in no edge then. So the sum of both is everything, and nothing is in it twice. A UDP socket is told within edges only.
 *
 * Both kinds live in maps, in pairs of which the agent empties one while the programs fill the other (settings.epoch), and
 * become records of a batch when they are drained.
 */

enum flow_state {
	FLOW_CONNECTING = 1, /* SYN sent */
	FLOW_OPEN = 2,
	FLOW_ENDED = 3,
};

/* Why a connection is over or never began. */
enum flow_end {
	END_NONE = 0,        /* it is not over */
	END_FIN = 1,
	END_RESET_LOCAL = 2, /* this side reset it: closed with unread data, or without lingering */
	END_RESET_REMOTE = 3,
	END_REFUSED = 4,     /* RST instead of SYN-ACK */
	END_TIMEOUT = 5,     /* retransmissions or keepalive probes ran out */
	END_UNREACHABLE = 6, /* ICMP, or no route, ended an attempt to connect */
	END_ABORTED = 7,     /* the application closed it before it was established (docs/adr/0007: ICMP that came at once reads so too) */
	END_GONE = 8,        /* nobody can tell */
};

/*
 * Totals of one TCP connection. Value of the maps `flows_0` and `flows_1`, key: cookie.
 * Bytes are payload, retransmissions included. Packets are those on the wire (a GSO buffer is as many as it becomes); a bare
 * ACK counts but does not make the connection active, so it may be told late; the SYN of an accepted connection went to its listener.
 */
struct flow_record {
	__u64 ts_ns;        /* when it was last active */
	__u64 cookie;
	__u8 type;          /* RECORD_FLOW */
	__u8 family;        /* 4 or 6 */
	__u8 role;          /* enum socket_role */
	__u8 state;         /* enum flow_state */
	__u32 pid;          /* as in open_record */
	__u64 cgroup_id;
	__u64 netns_cookie;
	__u8 local_addr[16];
	__u8 remote_addr[16];
	char comm[16];
	__u64 opened_ns;    /* SYN sent or connection accepted; 0 = before capture began */
	__u64 bytes[2];     /* by enum direction */
	__u64 packets[2];
	__u64 turn_ns;      /* from the last byte that asked (client to server) to the first that answered: sum over all turns */
	__u64 turn_max_ns;
	__u32 turns;
	__u32 retransmits;  /* tcp_sock.total_retrans */
	__u32 srtt_us;      /* smoothed round trip time; 0 if unknown */
	__u32 handshake_us; /* SYN sent to established; 0 if unknown */
	__u16 local_port;
	__u16 remote_port;
	__u8 end;           /* enum flow_end */
	__u8 _pad[3];
};

/* Key of the maps `edges_0` and `edges_1`. */
struct edge_key {
	__u64 cgroup_id;
	__u8 remote_addr[16];
	__u32 pid;
	__u16 port;         /* of the server side; of a role unknown the lower one */
	__u8 family;        /* 4 or 6 */
	__u8 transport;     /* IP protocol number: 6 TCP, 17 UDP */
	__u8 role;          /* enum socket_role */
	__u8 _pad[7];
};

/*
 * What the connections without a flow_record, and datagrams, of one edge_key came to since the last record of that key.
 * `opened` counts connections that began, `closed` those that ended, in whatever way; each of these is in at most one of
 * refused, timed_out, unreachable, aborted, resets. Of UDP sockets those that ask count: opened in the edge of their first
 * datagram, closed there when they are let go of.
 */
struct edge_record {
	__u64 ts_ns;        /* when it was last active */
	__u64 cgroup_id;
	__u8 type;          /* RECORD_EDGE */
	__u8 family;
	__u8 role;
	__u8 transport;
	__u32 pid;          /* as in open_record */
	__u64 netns_cookie;
	__u8 local_addr[16];  /* of the first connection or datagram */
	__u8 remote_addr[16];
	char comm[16];
	__u64 bytes[2];     /* as in flow_record */
	__u64 packets[2];
	__u64 turn_ns;
	__u64 turn_max_ns;
	__u64 handshake_us; /* sum of `handshakes` */
	__u64 rtt_us;       /* sum of the last smoothed round trip times of `rtts` connections */
	__u32 turns;
	__u32 retransmits;
	__u32 handshakes;
	__u32 rtts;
	__u32 opened;
	__u32 closed;
	__u32 refused;
	__u32 timed_out;
	__u32 unreachable;
	__u32 aborted;
	__u32 resets;
	__u16 port;
	__u8 _pad[2];
};

/* --- agent to kernel --- */

enum capture_level {
	LEVEL_OFF = 0,    /* nothing */
	LEVEL_FLOWS = 1,  /* counters only */
	LEVEL_HEADS = 2,  /* the first bytes of each message */
	LEVEL_BODIES = 3, /* more of each message; differs from HEADS by message_cap alone */
};

/* Key of map `policies`. A socket takes the first it finds of (cgroup, port), (cgroup, 0), (0, port), (0, 0). */
struct policy_key {
	__u64 cgroup_id;   /* 0 = every cgroup */
	__u16 port;        /* of the server side; 0 = every port */
	__u8 _pad[6];
};

/* Value of map `policies`. Inserted, changed and deleted by the agent only; read by the programs. */
struct policy {
	__u64 expires_ns;  /* after this the level is OFF, whatever the agent does */
	__u32 message_cap; /* bytes kept of each message, at most 65536 */
	__u8 level;        /* enum capture_level */
	__u8 _pad[3];
};

/* The one value of map `settings` (key 0). Written by the agent. */
struct settings {
	__u64 generation;  /* raised with every change of `policies` but a longer lease; sockets re-read theirs */
	__u32 self_pid;    /* sockets created by this process are never captured */
	__u32 epoch;       /* its lowest bit names the pair of maps, flows_N and edges_N, that the programs fill */
	__u16 datagram_ports[4]; /* UDP ports whose datagrams are handed over; 0 = none */
};

/*
 * Value of map `budgets`, key: cgroup id, 0 = each that has none of its own. What a cgroup may hand over, as the time that must pass for
 * each piece of it; 0 = no limit. Written by the agent.
 */
struct budget {
	__u64 ns_per_segment;
	__u64 ns_per_kib;
};

/* Value of map `budget_uses`, key: cgroup id. Totals rise; `due` is when what was handed over is paid for. */
struct budget_use {
	__u64 segments; /* a connection counts as several: CONNECTION_SEGMENTS */
	__u64 bytes;
	__u64 sampled_messages; /* left out by the budget */
	__u64 sampled_bytes;
	__u64 segments_due_ns;
	__u64 bytes_due_ns;
};

/* Keys of the per-CPU map `counters`: __u64 each, monotonically rising. */
enum counter {
	COUNTER_PACKETS = 0,        /* packets the programs saw on watched sockets, ACKs without payload aside */
	COUNTER_SEGMENTS,           /* segment records written */
	COUNTER_CAPTURED_BYTES,     /* payload bytes copied */
	COUNTER_CUT_BYTES,          /* payload bytes over the cap: counted, not copied */
	COUNTER_UDP_PACKETS,        /* UDP datagrams seen */
	COUNTER_UDP_BYTES,
	COUNTER_LOST_RING_FULL,     /* records that did not fit the ring */
	COUNTER_LOST_NO_STORAGE,    /* no memory for socket storage */
	COUNTER_LOST_FRAGMENT,      /* IP fragments that hide the TCP header */
	COUNTER_LOST_UNPARSED,      /* headers the programs could not follow */
	COUNTER_LOST_COPY,          /* bpf_skb_load_bytes refused */
	COUNTER_EXPIRED,            /* packets met by an expired lease */
	COUNTER_DATAGRAMS,          /* datagram records written */
	COUNTER_SAMPLED_MESSAGES,   /* messages left out by budgets */
	COUNTER_SAMPLED_BYTES,      /* their payload bytes */
	COUNTER_FLOWS_FULL,         /* connections told within their edge because `flows` had no room */
	COUNTER_LOST_EDGES_FULL,    /* connections and datagrams that `edges` had no room for */
	COUNTER_MAX,
};

#endif
