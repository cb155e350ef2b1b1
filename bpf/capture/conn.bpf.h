/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is remembered of a socket, in storage that lives and dies with it. */
#ifndef KELPIE_CAPTURE_CONN_BPF_H
#define KELPIE_CAPTURE_CONN_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
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
};

/* Set in sock_create, in the creator's context. An accepted socket inherits its listener's copy (BPF_F_CLONE). */
struct owner {
	__u64 netns_cookie;
	char comm[16];
	__u32 pid;
	__u32 _pad;
};

/* Everything but `owner` is meant for the socket with this cookie only: a clone starts anew. */
struct conn {
	struct owner owner;
	__u64 cookie;
	__u64 cgroup_id;
	__u64 generation;     /* of struct settings when `level`, `cap` and `expires_ns` were read */
	__u64 expires_ns;
	__u64 last_record_ns;
	struct flow flow[2];  /* by enum direction */
	__u32 first_seq[2];   /* first payload sequence numbers, valid if `known` */
	__u32 cap;
	__u32 lost;
	__u8 level;
	__u8 role;
	__u8 known;           /* first_seq is known, and every payload byte since was tracked */
	__u8 tracking;        /* flow[] is up to date */
	__u8 announced;       /* its OPEN is in the ring */
	__u8 last_dir;        /* which direction carried the last new payload; NO_DIRECTION = none yet */
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
	__type(key, __u64);
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
	conn->first_seq[DIRECTION_IN] = 0;
	conn->first_seq[DIRECTION_OUT] = 0;
	conn->last_record_ns = 0;
	conn->lost = 0;
	conn->role = ROLE_UNKNOWN;
	conn->known = 0;
	conn->tracking = 0;
	conn->announced = 0;
	conn->last_dir = NO_DIRECTION;
}

static __always_inline void conn_adopt(struct conn *conn, __u64 cookie)
{
	conn_restart(conn);
	conn->cookie = cookie;
	conn->cgroup_id = 0;
	conn->generation = 0;
	conn->level = LEVEL_OFF;
}

static __always_inline void read_policy(struct conn *conn, const struct settings *now)
{
	__u64 everyone = 0;
	struct policy *policy = bpf_map_lookup_elem(&policies, &conn->cgroup_id);

	if (!policy)
		policy = bpf_map_lookup_elem(&policies, &everyone);
	conn->generation = now->generation;
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
	return conn;
}

#endif
