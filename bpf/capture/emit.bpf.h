/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Writing records: straight into ring memory, in a few sizes the verifier can know, never waking the reader (it polls). */
#ifndef KELPIE_CAPTURE_EMIT_BPF_H
#define KELPIE_CAPTURE_EMIT_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "conn.bpf.h"
#include "counters.bpf.h"
#include "event.h"
#include "parse.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

enum emitted {
	EMITTED = 0,
	EMIT_NO_ROOM,
	EMIT_NO_COPY,
};

/* Every loss is counted for the host and told by the socket's next record. */
static __always_inline void note_lost(struct conn *conn, enum emitted why)
{
	conn->lost++;
	count(why == EMIT_NO_COPY ? COUNTER_LOST_COPY : COUNTER_LOST_RING_FULL, 1);
}

/* Those of a packet, whatever its socket is bound to. */
static __always_inline long packet_addresses(struct __sk_buff *skb, const struct packet *packet, __u8 direction,
					     struct addresses *to)
{
	void *source = direction == DIRECTION_IN ? to->remote : to->local;
	void *dest = direction == DIRECTION_IN ? to->local : to->remote;

	__builtin_memset(to, 0, sizeof(*to));
	if (packet->family == 4)
		return bpf_skb_load_bytes(skb, 12, source, 4) ?: bpf_skb_load_bytes(skb, 16, dest, 4);
	return bpf_skb_load_bytes(skb, 8, source, 16) ?: bpf_skb_load_bytes(skb, 24, dest, 16);
}

static __always_inline long copy_orphan_addresses(struct __sk_buff *skb, const struct packet *packet,
						  struct orphan_addresses *to)
{
	__builtin_memset(to, 0, sizeof(*to));
	to->family = packet->family;
	to->local_port = packet->dest_port;
	to->remote_port = packet->source_port;
	if (packet->family == 4)
		return bpf_skb_load_bytes(skb, 12, to->remote_addr, 4) ?: bpf_skb_load_bytes(skb, 16, to->local_addr, 4);
	return bpf_skb_load_bytes(skb, 8, to->remote_addr, 16) ?: bpf_skb_load_bytes(skb, 24, to->local_addr, 16);
}

/* One segment record with up to `room` payload bytes: a constant, as the verifier of 5.10 wants the size to be. */
static __always_inline enum emitted emit_sized(struct __sk_buff *skb, const struct segment_record *head, __u32 offset,
					       const struct packet *orphan, const __u32 room)
{
	const __u32 addresses = orphan ? sizeof(struct orphan_addresses) : 0;
	struct segment_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record) + addresses + room, 0);
	__u32 last;

	if (!record)
		return EMIT_NO_ROOM;
	__builtin_memcpy(record, head, sizeof(*record));
	if (orphan && copy_orphan_addresses(skb, orphan, (void *)(record + 1))) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMIT_NO_COPY;
	}
	if (room) {
		/* Proves 1..room to the verifier; the barrier keeps clang from proving it away first. */
		last = head->captured - 1;
		asm volatile("" : "+r"(last));
		last &= room - 1;
		if (bpf_skb_load_bytes(skb, offset, (void *)(record + 1) + addresses, last + 1)) {
			bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
			return EMIT_NO_COPY;
		}
	}
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return EMITTED;
}

static __always_inline enum emitted emit_piece(struct __sk_buff *skb, const struct segment_record *head, __u32 offset,
					       const struct packet *orphan)
{
	const __u32 n = head->captured;

	if (n == 0)
		return emit_sized(skb, head, offset, orphan, 0);
	if (n <= 128)
		return emit_sized(skb, head, offset, orphan, 128);
	if (n <= 512)
		return emit_sized(skb, head, offset, orphan, 512);
	if (n <= 1024)
		return emit_sized(skb, head, offset, orphan, 1024);
	if (n <= 2048)
		return emit_sized(skb, head, offset, orphan, 2048);
	if (n <= 4096)
		return emit_sized(skb, head, offset, orphan, 4096);
	if (n <= 8192)
		return emit_sized(skb, head, offset, orphan, 8192);
	return emit_sized(skb, head, offset, orphan, SEGMENT_PIECE);
}

/* Fills what all segment records of a socket share. */
static __always_inline void start_segment(struct segment_record *record, const struct conn *conn, __u8 direction,
					  __u64 ts_ns)
{
	const struct flow *other = &conn->flow[direction == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN];

	__builtin_memset(record, 0, sizeof(*record));
	record->ts_ns = ts_ns;
	record->cookie = conn->cookie;
	record->other_last_ns = other->last_ns;
	record->other_end_seq = other->end_seq;
	record->lost = conn->lost;
	record->type = RECORD_SEGMENT;
	record->direction = direction;
}

/* A record without payload, straight into the ring. */
static __always_inline void emit_bare(struct conn *conn, __u8 direction, __u64 ts_ns, __u32 seq, __u32 len, __u8 flags)
{
	struct segment_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		note_lost(conn, EMIT_NO_ROOM);
		return;
	}
	start_segment(record, conn, direction, ts_ns);
	record->seq = seq;
	record->len = len;
	record->flags = flags;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	count(COUNTER_SEGMENTS, 1);
}

/* Tells of the bytes that the budget left out. Nothing of the other direction: what is left out there may be untold yet. */
static __always_inline void flush_left(struct conn *conn, __u8 direction, __u8 flags)
{
	struct flow *flow = &conn->flow[direction];
	struct segment_record *record;

	if (!flow->left_len)
		return;
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (record) {
		/* Early bytes are as old as the connection. */
		start_segment(record, conn, direction, flow->last_ns ?: conn->totals.opened_ns);
		record->other_last_ns = 0;
		record->other_end_seq = 0;
		record->seq = flow->left_seq;
		record->len = flow->left_len;
		record->flags = flags | SEGMENT_SAMPLED;
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		count(COUNTER_SEGMENTS, 1);
	} else {
		note_lost(conn, EMIT_NO_ROOM);
	}
	flow->left_len = 0;
}

/* Tells of the bytes over the cap that no record has told of yet, as of when the last of them was seen. */
static __always_inline void flush_cut(struct conn *conn, __u8 direction, __u8 flags)
{
	struct flow *flow = &conn->flow[direction];

	if (!flow->cut_len)
		return;
	emit_bare(conn, direction, flow->last_ns, flow->cut_seq, flow->cut_len, flags);
	conn->last_record_ns = flow->last_ns;
	flow->cut_len = 0;
}

static __always_inline bool is_after(__u32 a, __u32 b)
{
	return (__s32)(a - b) > 0;
}

#define FAMILY_INET 2
#define FAMILY_INET6 10

/* 4 or 6: an IPv6 socket that talks to an IPv4-mapped address (RFC 4291 2.5.5.2) talks IPv4. */
static __always_inline __u8 family_of(struct bpf_sock *sk)
{
	if (sk->family == FAMILY_INET)
		return 4;
	return !sk->dst_ip6[0] && !sk->dst_ip6[1] && sk->dst_ip6[2] == bpf_htonl(0xffff) ? 4 : 6;
}

/* The socket's own addresses, not the packet's: they are the application's view, before and after NAT alike. */
static __always_inline void socket_addresses(struct bpf_sock *sk, __u8 family, void *local_addr, void *remote_addr)
{
	__u32 *local = local_addr;
	__u32 *remote = remote_addr;

	if (family == 4) {
		local[0] = sk->src_ip4;
		remote[0] = sk->dst_ip4;
		return;
	}
	local[0] = sk->src_ip6[0];
	local[1] = sk->src_ip6[1];
	local[2] = sk->src_ip6[2];
	local[3] = sk->src_ip6[3];
	remote[0] = sk->dst_ip6[0];
	remote[1] = sk->dst_ip6[1];
	remote[2] = sk->dst_ip6[2];
	remote[3] = sk->dst_ip6[3];
}

/* What a connection costs who reads it (its names, its readers, its end), in segments: measured with one exchange on each. */
#define CONNECTION_SEGMENTS 24

static __always_inline bool emit_open(struct conn *conn, struct bpf_sock *sk, __u8 family, __u64 now_ns)
{
	struct open_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

	if (!record) {
		note_lost(conn, EMIT_NO_ROOM);
		return false;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->ts_ns = now_ns;
	record->cookie = conn->cookie;
	record->cgroup_id = conn->cgroup_id;
	record->netns_cookie = conn->owner.netns_cookie;
	__builtin_memcpy(record->comm, conn->owner.comm, sizeof(record->comm));
	record->pid = conn->owner.pid;
	socket_addresses(sk, family, record->local_addr, record->remote_addr);
	record->local_port = sk->src_port;
	record->remote_port = bpf_ntohs(sk->dst_port);
	record->type = RECORD_OPEN;
	record->family = family;
	record->role = conn->role;
	if (conn->known) {
		record->flags = OPEN_HAS_ISN;
		record->seq_in = conn->first_seq[DIRECTION_IN];
		record->seq_out = conn->first_seq[DIRECTION_OUT];
	} else {
		record->flags = OPEN_MIDSTREAM;
	}
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	/* After the reservation: whoever sees it set on another CPU reserves behind the OPEN. */
	conn->announced = 1;
	conn->unpaid_segments += CONNECTION_SEGMENTS;
	return true;
}

/* One datagram with up to `room` payload bytes, as emit_sized. */
static __always_inline enum emitted emit_datagram_sized(struct __sk_buff *skb, const struct conn *conn,
							const struct packet *packet, const struct addresses *addresses,
							__u8 direction, __u64 now, const __u32 room)
{
	struct datagram_record *record = bpf_ringbuf_reserve(&ring, sizeof(*record) + room, 0);
	const __u32 captured = packet->payload_len < room ? packet->payload_len : room;
	__u32 last = captured - 1;

	if (!record)
		return EMIT_NO_ROOM;
	__builtin_memset(record, 0, sizeof(*record));
	record->ts_ns = now;
	record->cookie = conn->cookie;
	record->type = RECORD_DATAGRAM;
	record->direction = direction;
	record->role = conn->role;
	record->family = packet->family;
	record->pid = conn->owner.pid;
	record->cgroup_id = conn->cgroup_id;
	record->netns_cookie = conn->owner.netns_cookie;
	__builtin_memcpy(record->local_addr, addresses->local, 16);
	__builtin_memcpy(record->remote_addr, addresses->remote, 16);
	__builtin_memcpy(record->comm, conn->owner.comm, sizeof(record->comm));
	record->local_port = direction == DIRECTION_IN ? packet->dest_port : packet->source_port;
	record->remote_port = direction == DIRECTION_IN ? packet->source_port : packet->dest_port;
	record->len = packet->payload_len;
	record->captured = captured;
	asm volatile("" : "+r"(last));
	last &= room - 1;
	if (bpf_skb_load_bytes(skb, packet->payload_offset, (void *)(record + 1), last + 1)) {
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
		return EMIT_NO_COPY;
	}
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return EMITTED;
}

static __always_inline void emit_datagram(struct __sk_buff *skb, struct conn *conn, const struct packet *packet,
					  const struct addresses *addresses, __u8 direction, __u64 now)
{
	enum emitted result;

	if (packet->payload_len <= 256)
		result = emit_datagram_sized(skb, conn, packet, addresses, direction, now, 256);
	else if (packet->payload_len <= 1024)
		result = emit_datagram_sized(skb, conn, packet, addresses, direction, now, 1024);
	else
		result = emit_datagram_sized(skb, conn, packet, addresses, direction, now, DATAGRAM_PIECE);
	if (result == EMITTED)
		count(COUNTER_DATAGRAMS, 1);
	else
		note_lost(conn, result);
}

#endif
