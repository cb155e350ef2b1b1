/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is remembered of a socket, in storage that lives and dies with it. */
#ifndef KELPIE_CAPTURE_CONN_BPF_H
#define KELPIE_CAPTURE_CONN_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "counters.bpf.h"
#include "event.h"

#define NO_DIRECTION 2

/* One direction of a connection. */
struct flow {
	__u64 bytes;
	__u64 packets;
	__u64 last_ns;       /* when payload was last seen; 0 = never */
	__u32 end_seq;       /* after the last payload byte; before any, the first one expected if `known` */
	__u32 message_start; /* sequence of the first byte of the current message */
	__u32 cut_seq;       /* bytes over the cap not yet told in a record: where they start */
	__u32 cut_len;       /* and how many */
	__u32 left_seq;      /* likewise of bytes left out by the budget */
	__u32 left_len;
};

/* Set in sock_create, in the creator's context. An accepted socket inherits its listener's copy (BPF_F_CLONE). */
struct owner {
	__u64 netns_cookie;
	__u64 cgroup_id;     /* sockops cannot ask for it */
	char comm[16];
	__u32 pid;
	__u32 _pad;
};

/* Totals that are kept at level FLOWS and above, and how they were told so far (totals.bpf.h). */
struct totals {
	__u64 opened_ns;
	__u64 asked_ns;      /* when the asking direction last carried payload */
	__u64 turn_ns;
	__u64 turn_max_ns;
	__u32 turns;
	__u32 handshake_us;
	__u32 seen_seq[2];   /* after the last payload byte, by enum direction, valid if in `seen` */
	__u32 early_bytes;   /* that came before the socket: its listener met them */
	__u32 epoch;         /* in which it was last put into `flows` */
	__u8 inserts;        /* how often it was put there, 2 standing for more */
	__u8 in_edge;        /* it is told within its edge */
	__u8 ended;
	__u8 seen;           /* bits by enum direction, as in the next two */
	__u8 fins;
	__u8 rsts;
	__u8 asking;         /* the last new payload went from client to server */
	__u8 early_known;
};

struct addresses {
	__u8 local[16];
	__u8 remote[16];
};

/* The first edge of a UDP socket that asks: where it was counted as opened, and will be as closed. */
struct datagrams {
	struct addresses addresses;
	__u16 port;
	__u8 family;         /* 4 or 6; 0 = it was not counted */
	__u8 _pad[5];
};

/* Everything but `owner` is meant for the socket with this cookie only: a clone starts anew. */
struct conn {
	struct owner owner;
	__u64 cookie;
	__u64 cgroup_id;
	__u64 generation;     /* of struct settings when `level`, `cap` and `expires_ns` were read */
	__u64 expires_ns;
	__u64 last_record_ns;
	union {
		struct flow flow[2];    /* TCP, by enum direction */
		struct datagrams datagrams;
	};
	struct totals totals;
	__u64 unpaid_left_bytes; /* of the cgroup's budget_use, not yet added there: as the next three */
	__u32 unpaid_left_messages;
	__u32 unpaid_segments; /* a connection that is announced counts as CONNECTION_SEGMENTS of them */
	__u32 unpaid_bytes;
	__u32 first_seq[2];   /* first payload sequence numbers, valid if `known` */
	__u32 cap;
	__u32 lost;
	__u16 local_port;
	__u16 remote_port;    /* 0 = of an unconnected UDP socket */
	__u16 early_port;     /* at a listener: remote port of the last early request, */
	__u8 early_sampled;   /* and whether the budget left it out */
	__u8 sampled;         /* the budget leaves out the current exchange */
	__u8 released;        /* the application let go of the socket */
	__u8 expired;         /* its retransmissions ran out */
	__u8 has_callbacks;   /* sockops tells of its end: it was opened while these programs ran */
	__u8 level;
	__u8 role;
	__u8 known;           /* first_seq is known, and every payload byte since was tracked */
	__u8 tracking;        /* flow[] is up to date */
	__u8 announced;       /* its OPEN is in the ring */
	__u8 last_dir;        /* which direction carried the last new payload; NO_DIRECTION = none yet */
	__u8 unsure;          /* the policy was read again: payload may have passed unseen before */
	__u8 _pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct conn);
} conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct policy_key);
	__type(value, struct policy);
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct settings);
} settings SEC(".maps");

/* Forgets the connection, keeps the owner and what was read for the socket as such. */
static __always_inline void conn_restart(struct conn *conn)
{
	__builtin_memset(conn->flow, 0, sizeof(conn->flow));
	__builtin_memset(&conn->totals, 0, sizeof(conn->totals));
	conn->first_seq[DIRECTION_IN] = 0;
	conn->first_seq[DIRECTION_OUT] = 0;
	conn->last_record_ns = 0;
	conn->lost = 0;
	conn->role = ROLE_UNKNOWN;
	conn->known = 0;
	conn->tracking = 0;
	conn->announced = 0;
	conn->sampled = 0;
	conn->released = 0;
	conn->expired = 0;
	conn->has_callbacks = 0;
	conn->last_dir = NO_DIRECTION;
	/* The port decides on the policy. */
	conn->local_port = 0;
	conn->remote_port = 0;
	conn->generation = 0;
}

static __always_inline void conn_adopt(struct conn *conn, __u64 cookie)
{
	conn_restart(conn);
	conn->cookie = cookie;
	conn->cgroup_id = 0;
	conn->unpaid_left_bytes = 0;
	conn->unpaid_left_messages = 0;
	conn->unpaid_segments = 0;
	conn->unpaid_bytes = 0;
	conn->level = LEVEL_OFF;
}

/* Ports as they are now: connect(2) and bind(2) come after socket(2). */
static __always_inline void conn_ports(struct conn *conn, struct bpf_sock *sk)
{
	conn->local_port = sk->src_port;
	conn->remote_port = bpf_ntohs(sk->dst_port);
}

/* The side that asks, as far as can be told: of a connection met in mid-stream the server has the lower port. */
static __always_inline __u8 conn_role(const struct conn *conn)
{
	if (conn->role != ROLE_UNKNOWN)
		return conn->role;
	return conn->remote_port < conn->local_port ? ROLE_CLIENT : ROLE_SERVER;
}

static __always_inline __u8 asking_direction(const struct conn *conn)
{
	return conn_role(conn) == ROLE_CLIENT ? DIRECTION_OUT : DIRECTION_IN;
}

static __always_inline __u16 server_port(const struct conn *conn)
{
	return conn_role(conn) == ROLE_CLIENT ? conn->remote_port : conn->local_port;
}

static __always_inline struct policy *find_policy(__u64 cgroup_id, __u16 port, __u16 other)
{
	struct policy_key key;
	struct policy *policy = 0;

	__builtin_memset(&key, 0, sizeof(key));
	key.cgroup_id = cgroup_id;
	if (port) {
		key.port = port;
		policy = bpf_map_lookup_elem(&policies, &key);
	}
	if (!policy && other) {
		key.port = other;
		policy = bpf_map_lookup_elem(&policies, &key);
	}
	if (!policy) {
		key.port = 0;
		policy = bpf_map_lookup_elem(&policies, &key);
	}
	return policy;
}

static __always_inline void read_policy(struct conn *conn, const struct settings *now)
{
	const __u16 port = server_port(conn);
	/* In mid-stream either may be the server's. */
	const __u16 other = conn->role == ROLE_UNKNOWN ? conn->local_port ^ conn->remote_port ^ port : 0;
	struct policy *policy = find_policy(conn->cgroup_id, port, other);

	if (!policy)
		policy = find_policy(0, port, other);
	conn->generation = now->generation;
	conn->unsure = 1;
	if (!policy || (conn->owner.pid && conn->owner.pid == now->self_pid)) {
		conn->level = LEVEL_OFF;
		return;
	}
	conn->cap = policy->message_cap < 65536 ? policy->message_cap : 65536;
	conn->expires_ns = policy->expires_ns;
	conn->level = policy->level;
}

/* The level that holds for the socket now. An extended lease is found when the old one runs out, any other change by its generation. */
static __always_inline __u8 conn_level(struct conn *conn, __u64 now_ns)
{
	__u32 zero = 0;
	struct settings *now = bpf_map_lookup_elem(&settings, &zero);

	if (!now)
		return LEVEL_OFF;
	if (conn->generation != now->generation)
		read_policy(conn, now);
	if (conn->level == LEVEL_OFF)
		return LEVEL_OFF;
	if (now_ns >= conn->expires_ns) {
		read_policy(conn, now);
		if (conn->level == LEVEL_OFF)
			return LEVEL_OFF;
		if (now_ns >= conn->expires_ns) {
			count(COUNTER_EXPIRED, 1);
			return LEVEL_OFF;
		}
	}
	return conn->level;
}

/* The storage of a packet's socket, made on first sight; null only without memory (counted). */
static __always_inline struct conn *conn_of(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	__u64 cookie;

	if (!conn) {
		count(COUNTER_LOST_NO_STORAGE, 1);
		return 0;
	}
	cookie = bpf_get_socket_cookie(skb);
	if (conn->cookie != cookie)
		conn_adopt(conn, cookie);
	if (!conn->cgroup_id)
		conn->cgroup_id = bpf_sk_cgroup_id(sk);
	if (!conn->local_port)
		conn_ports(conn, sk);
	return conn;
}

#endif
