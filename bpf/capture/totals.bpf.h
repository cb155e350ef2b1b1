/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Totals without an event per connection: active connections in `flows`, short ones and datagrams summed up in `edges` (event.h). */
#ifndef KELPIE_CAPTURE_TOTALS_BPF_H
#define KELPIE_CAPTURE_TOTALS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "emit.bpf.h"

#define NSEC_PER_SEC 1000000000ULL
/* Short connections that failed and are told on their own: so many a second. */
#define FAILURES_PER_SEC 200

/* Pairs: the agent empties the one while the programs fill the other, so that no update meets an entry that is being taken away. */
struct flows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct flow_record);
} flows_0 SEC(".maps"), flows_1 SEC(".maps");

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

/* When the next failure may be told on its own. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} failures SEC(".maps");

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

static __always_inline struct flow_record *find_flow(__u32 epoch, const __u64 *cookie)
{
	return epoch & 1 ? bpf_map_lookup_elem(&flows_1, cookie) : bpf_map_lookup_elem(&flows_0, cookie);
}

static __always_inline long forget_flow(__u32 epoch, const __u64 *cookie)
{
	return epoch & 1 ? bpf_map_delete_elem(&flows_1, cookie) : bpf_map_delete_elem(&flows_0, cookie);
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

static __always_inline void identify_flow(struct flow_record *record, const struct conn *conn, struct bpf_sock *sk)
{
	const __u8 family = family_of(sk);

	record->cookie = conn->cookie;
	record->cgroup_id = conn->cgroup_id;
	record->netns_cookie = conn->owner.netns_cookie;
	record->pid = conn->owner.pid;
	__builtin_memcpy(record->comm, conn->owner.comm, sizeof(record->comm));
	socket_addresses(sk, family, record->local_addr, record->remote_addr);
	record->local_port = sk->src_port;
	record->remote_port = bpf_ntohs(sk->dst_port);
	record->family = family;
	record->type = RECORD_FLOW;
}

static __always_inline void update_flow(struct flow_record *record, const struct conn *conn, struct bpf_sock *sk, __u64 now)
{
	const struct totals *totals = &conn->totals;
	struct bpf_tcp_sock *tp = bpf_tcp_sock(sk);

	record->ts_ns = now;
	record->opened_ns = totals->opened_ns;
	/* Twice: two CPUs may have packets of one connection at the same time, and the older sum must not be what stays. */
	for (int pass = 0; pass < 2; pass++) {
		for (int dir = 0; dir < 2; dir++) {
			*(volatile __u64 *)&record->bytes[dir] = bytes_of(conn, dir);
			*(volatile __u64 *)&record->packets[dir] = packets_of(conn, dir);
		}
	}
	record->turn_ns = totals->turn_ns;
	record->turn_max_ns = totals->turn_max_ns;
	record->turns = totals->turns;
	record->handshake_us = totals->handshake_us;
	if (tp) {
		record->retransmits = tp->total_retrans;
		record->srtt_us = tp->srtt_us >> 3;
	}
	record->role = conn->role;
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

/* There is no room for a flow_record: from now on the connection's edge tells of it. */
static __noinline int tell_in_edge(struct conn *conn, struct bpf_sock *sk, __u64 now)
{
	struct edge_record *edge;

	if (!conn || !sk)
		return 0;
	conn->totals.in_edge = 1;
	count(COUNTER_FLOWS_FULL, 1);
	edge = tcp_edge(conn, sk, now);
	if (edge)
		add_so_far(edge, conn);
	return 0;
}

static __noinline int add_packet(struct conn *conn, struct bpf_sock *sk, __u64 now, __u64 dir_packets, __u64 bytes)
{
	struct edge_record *edge;
	const __u64 packets = dir_packets >> 1;

	if (!conn || !sk)
		return 0;
	edge = tcp_edge(conn, sk, now);
	if (!edge)
		return 0;
	if (dir_packets & 1) {
		ADD(edge->bytes[DIRECTION_OUT], bytes);
		ADD(edge->packets[DIRECTION_OUT], packets);
	} else {
		ADD(edge->bytes[DIRECTION_IN], bytes);
		ADD(edge->packets[DIRECTION_IN], packets);
	}
	return 0;
}

/* The connection's entry among the active ones, made if need be; null if there is no room. */
static __always_inline struct flow_record *active_flow(struct conn *conn, struct bpf_sock *sk)
{
	struct totals *totals = &conn->totals;
	const __u32 epoch = current_epoch();
	const __u64 cookie = conn->cookie;
	struct flow_record *record = 0;
	struct blank *blank;
	__u32 zero = 0;

	if (totals->inserts && totals->epoch == epoch)
		record = find_flow(epoch, &cookie);
	if (record)
		return record;
	blank = bpf_map_lookup_elem(&blanks, &zero);
	if (!blank)
		return 0;
	if (epoch & 1)
		bpf_map_update_elem(&flows_1, &cookie, blank, BPF_NOEXIST);
	else
		bpf_map_update_elem(&flows_0, &cookie, blank, BPF_NOEXIST);
	record = find_flow(epoch, &cookie);
	if (!record)
		return 0;
	if (!totals->inserts)
		totals->inserts = 1;
	else if (totals->epoch != epoch)
		totals->inserts = 2;
	totals->epoch = epoch;
	identify_flow(record, conn, sk);
	return record;
}

/* The connection was active: refreshes what is told of it. */
static __always_inline void tell(struct conn *conn, struct bpf_sock *sk, __u64 now)
{
	struct flow_record *record = active_flow(conn, sk);

	if (!record) {
		/* Totals that were told before are right again with the next packet, or at the end. */
		if (!conn->totals.inserts)
			tell_in_edge(conn, sk, now);
		return;
	}
	record->state = sk->state == BPF_TCP_SYN_SENT ? FLOW_CONNECTING : FLOW_OPEN;
	update_flow(record, conn, sk, now);
}

static __always_inline bool may_tell_failure(__u64 now)
{
	__u32 zero = 0;
	__u64 *due = bpf_map_lookup_elem(&failures, &zero);

	if (!due || *due > now)
		return false;
	if (*due + NSEC_PER_SEC < now)
		*due = now - NSEC_PER_SEC;
	__sync_fetch_and_add(due, NSEC_PER_SEC / FAILURES_PER_SEC);
	return true;
}

static __always_inline bool tell_end(const struct conn *conn, struct bpf_sock *sk, enum flow_end end, __u64 now)
{
	struct flow_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record)
		return false;
	__builtin_memset(record, 0, sizeof(*record));
	identify_flow(record, conn, sk);
	update_flow(record, conn, sk, now);
	record->state = FLOW_ENDED;
	record->end = end;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return true;
}

/* Tells of the end, once: by a last flow_record if there was one before (or it failed), else within its edge. */
static __noinline int end_flow(struct conn *conn, struct bpf_sock *sk, __u64 now, __u32 end, __u32 level)
{
	struct totals *totals;
	struct edge_record *edge;
	__u64 cookie;
	bool told;

	if (!conn || !sk)
		return 0;
	totals = &conn->totals;
	if (totals->ended || (level < LEVEL_FLOWS && !totals->inserts && !totals->in_edge))
		return 0;
	totals->ended = 1;
	cookie = conn->cookie;
	told = totals->inserts > 1;
	if (totals->inserts) {
		/* Whoever deletes the first entry is the only one who saw it. */
		if (forget_flow(totals->epoch, &cookie))
			told = true;
		if (told)
			forget_flow(totals->epoch + 1, &cookie);
	}
	if (!totals->in_edge) {
		if ((told || (end != END_FIN && may_tell_failure(now))) && tell_end(conn, sk, end, now))
			return 0;
		if (told) {
			conn->lost++;
			count(COUNTER_LOST_RING_FULL, 1);
			return 0;
		}
	}
	edge = tcp_edge(conn, sk, now);
	if (!edge)
		return 0;
	if (!totals->in_edge)
		add_so_far(edge, conn);
	add_end(edge, conn, sk, end);
	return 0;
}

/* Bytes that the listener met (TCP_DEFER_ACCEPT, data on the third ACK): all that was received before the socket's first packet. */
static __always_inline void learn_early(struct conn *conn, __u32 rcv_nxt, __u32 state)
{
	struct totals *totals = &conn->totals;
	__u32 early;

	if (totals->early_known)
		return;
	totals->early_known = 1;
	if (conn->role != ROLE_SERVER || !conn->known || conn->flow[DIRECTION_IN].bytes)
		return;
	early = rcv_nxt - conn->first_seq[DIRECTION_IN];
	/* A FIN takes a number. */
	if (early && state == BPF_TCP_CLOSE_WAIT)
		early--;
	if (!early || early > 1 << 20)
		return;
	totals->early_bytes = early;
	__sync_fetch_and_add(&conn->flow[DIRECTION_IN].packets, 1);
	totals->asked_ns = totals->opened_ns;
	totals->asking = 1;
	if (conn->sampled) {
		conn->flow[DIRECTION_IN].left_seq = conn->first_seq[DIRECTION_IN];
		conn->flow[DIRECTION_IN].left_len = early;
	}
}

/* Turns from asking to answering: how long the answer took, whatever the protocol. */
static __always_inline void account_turn(struct conn *conn, const struct packet *packet, __u8 dir, __u64 now)
{
	struct totals *totals = &conn->totals;
	const __u32 end = packet->seq + packet->payload_len;
	const __u8 bit = 1 << dir;
	__u64 took;

	if (totals->seen & bit && !is_after(end, totals->seen_seq[dir]))
		return;
	totals->seen |= bit;
	totals->seen_seq[dir] = end;
	if (dir == asking_direction(conn)) {
		totals->asked_ns = now;
		totals->asking = 1;
	} else if (totals->asking) {
		took = now - totals->asked_ns;
		totals->asking = 0;
		totals->turns++;
		totals->turn_ns += took;
		if (took > totals->turn_max_ns)
			totals->turn_max_ns = took;
	}
}

/* Why a socket without callbacks is over, as far as its packets tell. */
static __always_inline enum flow_end end_by_packets(const struct conn *conn)
{
	const struct totals *totals = &conn->totals;

	if (totals->rsts & (1 << DIRECTION_IN))
		return END_RESET_REMOTE;
	if (totals->rsts & (1 << DIRECTION_OUT))
		return END_RESET_LOCAL;
	/* Once released it may turn to TIME_WAIT, which has no socket, before the other side's FIN comes. */
	if (totals->fins == 3 || (totals->fins & (1 << DIRECTION_OUT) && conn->released))
		return END_FIN;
	return END_NONE;
}

/* One packet with payload, SYN, FIN or RST, at level FLOWS or above. */
static __always_inline void account(struct __sk_buff *skb, struct conn *conn, struct bpf_sock *sk, const struct packet *packet,
				    __u8 dir, __u64 now)
{
	struct totals *totals = &conn->totals;
	struct flow *flow = &conn->flow[dir];
	const __u32 packets = skb->gso_segs ?: 1;
	enum flow_end end = END_NONE;
	struct bpf_tcp_sock *tp;

	/* What leaves after the end (the RST of an abort) belongs to nothing; unless this is how the end shows. */
	if (totals->ended || (sk->state == BPF_TCP_CLOSE && (conn->has_callbacks || !(totals->inserts | totals->in_edge))))
		return;
	if (!totals->early_known) {
		tp = bpf_tcp_sock(sk);
		if (tp)
			learn_early(conn, tp->rcv_nxt, sk->state);
	}
	__sync_fetch_and_add(&flow->packets, packets);
	if (packet->payload_len) {
		__sync_fetch_and_add(&flow->bytes, packet->payload_len);
		account_turn(conn, packet, dir, now);
	}
	if (packet->tcp_flags & TCP_FIN)
		totals->fins |= 1 << dir;
	if (packet->tcp_flags & TCP_RST)
		totals->rsts |= 1 << dir;
	else if (dir == DIRECTION_IN)
		totals->rsts = 0;
	if (!conn->has_callbacks)
		end = end_by_packets(conn);
	if (totals->in_edge)
		add_packet(conn, sk, now, (__u64)packets << 1 | dir, packet->payload_len);
	else
		tell(conn, sk, now);
	if (end)
		end_flow(conn, sk, now, end, LEVEL_FLOWS);
}

/* A bare ACK counts, and makes nothing active. */
static __always_inline void account_ack(struct __sk_buff *skb, struct conn *conn, struct bpf_sock *sk, __u8 dir)
{
	const __u32 packets = skb->gso_segs ?: 1;

	if (conn->level < LEVEL_FLOWS || conn->totals.ended)
		return;
	if (conn->totals.in_edge)
		add_packet(conn, sk, bpf_ktime_get_ns(), (__u64)packets << 1 | dir, 0);
	else if (conn->totals.inserts)
		__sync_fetch_and_add(&conn->flow[dir].packets, packets);
}

#endif
