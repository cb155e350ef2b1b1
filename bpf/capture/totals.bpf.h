/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Totals without an event per connection: active connections in `flows`, short ones summed up in their edge (event.h). */
#ifndef KELPIE_CAPTURE_TOTALS_BPF_H
#define KELPIE_CAPTURE_TOTALS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "edges.bpf.h"
#include "emit.bpf.h"

#define NSEC_PER_SEC 1000000000ULL
/* Short connections that failed and are told on their own: so many a second. */
#define FAILURES_PER_SEC 200

/* A pair, as `edges`. */
struct flows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct flow_record);
} flows_0 SEC(".maps"), flows_1 SEC(".maps");

/* When the next failure may be told on its own. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} failures SEC(".maps");

static __always_inline struct flow_record *find_flow(__u32 epoch, const __u64 *cookie)
{
	return epoch & 1 ? bpf_map_lookup_elem(&flows_1, cookie) : bpf_map_lookup_elem(&flows_0, cookie);
}

static __always_inline long forget_flow(__u32 epoch, const __u64 *cookie)
{
	return epoch & 1 ? bpf_map_delete_elem(&flows_1, cookie) : bpf_map_delete_elem(&flows_0, cookie);
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
