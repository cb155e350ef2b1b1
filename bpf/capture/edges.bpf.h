/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Sums of what connections without a record of their own, and datagrams, came to: `edges` (event.h). */
#ifndef KELPIE_CAPTURE_EDGES_BPF_H
#define KELPIE_CAPTURE_EDGES_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "emit.bpf.h"

/* A pair: the agent empties the one while the programs fill the other, so that no update meets an entry that is being taken away. */
struct edges_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct edge_key);
	__type(value, struct edge_record);
} edges_0 SEC(".maps"), edges_1 SEC(".maps");

/* What entries are made from: a record would take most of the stack. Never written. */
struct blank {
	__u64 zeros[24];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct blank);
} blanks SEC(".maps");

_Static_assert(sizeof(struct blank) >= sizeof(struct flow_record), "blank");
_Static_assert(sizeof(struct blank) >= sizeof(struct edge_record), "blank");

#define ADD(field, by)                                       \
	do {                                                 \
		if (by)                                      \
			__sync_fetch_and_add(&(field), (by)); \
	} while (0)

static __always_inline __u32 current_epoch(void)
{
	__u32 zero = 0;
	const struct settings *now = bpf_map_lookup_elem(&settings, &zero);

	return now ? now->epoch : 0;
}

/* Payload as the two ends count it: what the listener met before the socket existed belongs to it. */
static __always_inline __u64 bytes_of(const struct conn *conn, int dir)
{
	return *(volatile const __u64 *)&conn->flow[dir].bytes + (dir == DIRECTION_IN ? conn->totals.early_bytes : 0);
}

static __always_inline __u64 packets_of(const struct conn *conn, int dir)
{
	return *(volatile const __u64 *)&conn->flow[dir].packets;
}

static __always_inline struct edge_record *find_edge(const struct edge_key *key, __u32 epoch)
{
	return epoch & 1 ? bpf_map_lookup_elem(&edges_1, key) : bpf_map_lookup_elem(&edges_0, key);
}

/* The sum that `key` stands for; null if there is no room (counted). */
static __always_inline struct edge_record *edge_of(const struct edge_key *key, const struct conn *conn, const __u8 *local,
						   __u64 now)
{
	const __u32 epoch = current_epoch();
	struct edge_record *record = find_edge(key, epoch);
	struct blank *blank;
	__u32 zero = 0;

	if (!record) {
		blank = bpf_map_lookup_elem(&blanks, &zero);
		if (!blank)
			return 0;
		if (epoch & 1)
			bpf_map_update_elem(&edges_1, key, blank, BPF_NOEXIST);
		else
			bpf_map_update_elem(&edges_0, key, blank, BPF_NOEXIST);
		record = find_edge(key, epoch);
		if (!record) {
			count(COUNTER_LOST_EDGES_FULL, 1);
			return 0;
		}
		record->cgroup_id = key->cgroup_id;
		record->netns_cookie = conn->owner.netns_cookie;
		__builtin_memcpy(record->remote_addr, key->remote_addr, 16);
		__builtin_memcpy(record->local_addr, local, 16);
		__builtin_memcpy(record->comm, conn->owner.comm, sizeof(record->comm));
		record->pid = key->pid;
		record->port = key->port;
		record->family = key->family;
		record->role = key->role;
		record->transport = key->transport;
		record->type = RECORD_EDGE;
	}
	record->ts_ns = now;
	return record;
}

static __always_inline struct edge_record *tcp_edge(const struct conn *conn, struct bpf_sock *sk, __u64 now)
{
	struct edge_key key;
	__u8 local[16];

	__builtin_memset(&key, 0, sizeof(key));
	__builtin_memset(local, 0, sizeof(local));
	key.family = family_of(sk);
	socket_addresses(sk, key.family, local, key.remote_addr);
	key.cgroup_id = conn->cgroup_id;
	key.pid = conn->owner.pid;
	key.port = server_port(conn);
	key.transport = PROTOCOL_TCP;
	key.role = conn->role;
	return edge_of(&key, conn, local, now);
}

/* The sum of a UDP socket's datagrams to and from one remote end. */
static __always_inline struct edge_record *udp_edge(const struct conn *conn, const struct addresses *addresses, __u16 port,
						    __u8 family, __u64 now)
{
	struct edge_key key;

	__builtin_memset(&key, 0, sizeof(key));
	key.cgroup_id = conn->cgroup_id;
	__builtin_memcpy(key.remote_addr, addresses->remote, 16);
	key.pid = conn->owner.pid;
	key.port = port;
	key.family = family;
	key.transport = PROTOCOL_UDP;
	key.role = conn->role;
	return edge_of(&key, conn, addresses->local, now);
}

/*
 * A socket that asks is opened with its first datagram, in the edge of that, and closed there when it is let go of. One that
 * answers has as many peers as it likes, and nobody knows when they have done.
 */
static __always_inline void open_datagrams(struct conn *conn, struct edge_record *edge, const struct addresses *addresses,
					   __u16 port, __u8 family)
{
	struct datagrams *first = &conn->datagrams;

	if (conn->role != ROLE_CLIENT || first->family)
		return;
	__builtin_memcpy(&first->addresses, addresses, sizeof(*addresses));
	first->port = port;
	first->family = family;
	ADD(edge->opened, 1);
}

static __always_inline void close_datagrams(struct conn *conn)
{
	struct datagrams *first = &conn->datagrams;
	struct edge_record *edge;

	if (!first->family)
		return;
	edge = udp_edge(conn, &first->addresses, first->port, first->family, bpf_ktime_get_ns());
	if (edge)
		ADD(edge->closed, 1);
	first->family = 0;
}

/* What the connection came to before it was known that its edge tells of it. */
static __always_inline void add_so_far(struct edge_record *edge, const struct conn *conn)
{
	for (int dir = 0; dir < 2; dir++) {
		ADD(edge->bytes[dir], bytes_of(conn, dir));
		ADD(edge->packets[dir], packets_of(conn, dir));
	}
	if (conn->totals.opened_ns)
		ADD(edge->opened, 1);
}

/* What is known only when the connection is over. */
static __always_inline void add_end(struct edge_record *edge, const struct conn *conn, struct bpf_sock *sk, enum flow_end end)
{
	const struct totals *totals = &conn->totals;
	struct bpf_tcp_sock *tp = bpf_tcp_sock(sk);

	ADD(edge->closed, 1);
	if (end == END_REFUSED)
		ADD(edge->refused, 1);
	else if (end == END_TIMEOUT)
		ADD(edge->timed_out, 1);
	else if (end == END_UNREACHABLE)
		ADD(edge->unreachable, 1);
	else if (end == END_ABORTED)
		ADD(edge->aborted, 1);
	else if (end == END_RESET_LOCAL || end == END_RESET_REMOTE)
		ADD(edge->resets, 1);
	if (totals->handshake_us) {
		ADD(edge->handshakes, 1);
		ADD(edge->handshake_us, (__u64)totals->handshake_us);
	}
	if (tp) {
		ADD(edge->retransmits, tp->total_retrans);
		if (tp->srtt_us) {
			ADD(edge->rtts, 1);
			ADD(edge->rtt_us, (__u64)(tp->srtt_us >> 3));
		}
	}
	ADD(edge->turns, totals->turns);
	ADD(edge->turn_ns, totals->turn_ns);
	/* Two CPUs at once may leave the lesser of two new maxima. */
	if (edge->turn_max_ns < totals->turn_max_ns)
		edge->turn_max_ns = totals->turn_max_ns;
}

#endif
