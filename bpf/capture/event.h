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

/* --- agent to kernel --- */

enum capture_level {
	LEVEL_OFF = 0,    /* nothing */
	LEVEL_FLOWS = 1,  /* counters only */
	LEVEL_HEADS = 2,  /* the first bytes of each message */
	LEVEL_BODIES = 3, /* more of each message; differs from HEADS by message_cap alone */
};

/* Value of map `policies`, key: cgroup id, or 0 for every cgroup without an entry of its own.
 * Inserted, changed and deleted by the agent only; read by the programs. */
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
	__u32 _pad;
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
	COUNTER_MAX,
};

#endif
