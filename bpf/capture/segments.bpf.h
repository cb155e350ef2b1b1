/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is done with a packet of TCP: what of its payload is handed over, as which segments (event.h). */
#ifndef KELPIE_CAPTURE_SEGMENTS_BPF_H
#define KELPIE_CAPTURE_SEGMENTS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "budget.bpf.h"
#include "emit.bpf.h"
#include "totals.bpf.h"

/* Over the cap, at most one record per these, unless the message ends (flush_cut). */
#define CUT_QUIET_NS 200000
#define CUT_PUSH_BYTES (16 << 10)
#define CUT_MAX_BYTES (1 << 20)

/*
 * Where the message that `packet` opens begins. A segment that overtook others is not its beginning: the sequence number
 * expected next is. rcv_nxt also knows of bytes that went to the listener (orphans).
 */
static __always_inline __u32 message_start(struct conn *conn, struct bpf_sock *sk, const struct packet *packet, __u8 dir)
{
	struct flow *flow = &conn->flow[dir];
	__u32 expected = packet->seq;
	struct bpf_tcp_sock *tp;

	if (dir == DIRECTION_OUT)
		return packet->seq;
	if (conn->known || flow->last_ns)
		expected = flow->end_seq;
	tp = bpf_tcp_sock(sk);
	if (tp && is_after(tp->rcv_nxt, expected))
		expected = tp->rcv_nxt;
	return packet->seq - expected < CUT_MAX_BYTES ? expected : packet->seq;
}

/* Emits `captured` bytes of the packet in pieces; the last piece's `len` covers what was not captured. */
static __always_inline void emit_payload(struct __sk_buff *skb, struct conn *conn, const struct packet *packet,
					 struct segment_record *head, __u32 captured, bool orphan)
{
	const __u8 first_flags = head->flags & SEGMENT_MESSAGE_START;
	const __u8 last_flags = head->flags & (SEGMENT_FIN | SEGMENT_RST | SEGMENT_PSH);
	const __u8 all_flags = head->flags & SEGMENT_ORPHAN;
	__u32 offset = packet->payload_offset;
	__u32 left = packet->payload_len;
	enum emitted result;

	for (int i = 0; i < 65536 / SEGMENT_PIECE; i++) {
		const bool last = captured <= SEGMENT_PIECE;

		head->captured = last ? captured : SEGMENT_PIECE;
		head->len = last ? left : SEGMENT_PIECE;
		head->flags = all_flags | (i == 0 ? first_flags : 0) | (last ? last_flags : 0);
		result = emit_piece(skb, head, offset, orphan ? packet : 0);
		if (result != EMITTED) {
			note_lost(conn, result);
			return;
		}
		count(COUNTER_SEGMENTS, 1);
		count(COUNTER_CAPTURED_BYTES, head->captured);
		conn->unpaid_segments++;
		conn->unpaid_bytes += head->captured;
		if (last)
			return;
		captured -= SEGMENT_PIECE;
		offset += SEGMENT_PIECE;
		left -= SEGMENT_PIECE;
		head->seq += SEGMENT_PIECE;
	}
}

/* First bytes of a connection that has no socket yet (TCP_DEFER_ACCEPT, data on the third ACK, TFO): the listener meets them. */
static __always_inline void observe_orphan(struct __sk_buff *skb, struct bpf_sock *sk, const struct packet *packet, const __u8 dir)
{
	struct segment_record head;
	struct conn *conn;
	__u32 captured;
	__u64 now;

	conn = conn_of(skb, sk);
	if (!conn)
		return;
	now = bpf_ktime_get_ns();
	if (conn_level(conn, now) < LEVEL_HEADS)
		return;
	count(COUNTER_PACKETS, 1);
	/* The accepted socket inherits this with its listener's storage while the same packet is processed. */
	conn->early_port = packet->source_port;
	conn->early_sampled = settle_budget(conn, now);
	if (conn->early_sampled) {
		left_out(conn, packet->payload_len, true);
		settle_budget(conn, now);
		return;
	}
	captured = packet->payload_len < conn->cap ? packet->payload_len : conn->cap;
	count(COUNTER_CUT_BYTES, packet->payload_len - captured);
	start_segment(&head, conn, dir, now);
	head.seq = packet->seq;
	head.flags = SEGMENT_ORPHAN | SEGMENT_MESSAGE_START | (packet->tcp_flags & TCP_FIN ? SEGMENT_FIN : 0) |
		     (packet->tcp_flags & TCP_PSH ? SEGMENT_PSH : 0);
	emit_payload(skb, conn, packet, &head, captured, true);
	settle_budget(conn, now);
}

/* An ACK of everything sent is the end of a message for all anybody can know now: tell of its cut bytes. */
static __always_inline void observe_ack(struct __sk_buff *skb, struct bpf_sock *sk, const struct packet *packet, __u8 dir)
{
	const __u8 other = dir == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;
	struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, 0);
	struct flow *flow;

	if (!conn)
		return;
	account_ack(skb, conn, sk, dir);
	if (!conn->announced)
		return;
	flow = &conn->flow[other];
	if (flow->cut_len && !is_after(flow->cut_seq + flow->cut_len, packet->ack) &&
	    conn->cookie == bpf_get_socket_cookie(skb))
		flush_cut(conn, other, 0);
}

/* Bytes over the cap: remembered, and told of rarely enough to cost nothing, soon enough to end a message in time. */
static __always_inline void observe_cut(struct conn *conn, const struct packet *packet, __u8 dir, __u8 flags, __u64 now)
{
	struct flow *flow = &conn->flow[dir];
	const __u32 end = packet->seq + packet->payload_len;

	if (!flow->cut_len)
		flow->cut_seq = packet->seq;
	if (is_after(end, flow->cut_seq + flow->cut_len))
		flow->cut_len = end - flow->cut_seq;
	if ((flags & (SEGMENT_FIN | SEGMENT_RST)) || flow->cut_len >= CUT_MAX_BYTES ||
	    ((flags & SEGMENT_PSH) && (flow->cut_len >= CUT_PUSH_BYTES || now - conn->last_record_ns >= CUT_QUIET_NS)))
		flush_cut(conn, dir, flags);
}

/* Tells of everything that was not captured of either direction so far. */
static __always_inline void flush_untold(struct conn *conn)
{
	flush_cut(conn, DIRECTION_IN, 0);
	flush_cut(conn, DIRECTION_OUT, 0);
	flush_left(conn, DIRECTION_IN, 0);
	flush_left(conn, DIRECTION_OUT, 0);
}

/* Where the asking side begins to ask the budget decides on the exchange, until it asks again. */
static __always_inline void decide(struct conn *conn, __u64 now)
{
	conn->sampled = settle_budget(conn, now);
	if (conn->sampled && conn->announced) {
		flush_cut(conn, DIRECTION_IN, 0);
		flush_cut(conn, DIRECTION_OUT, 0);
	}
}

/*
 * Bytes that the budget leaves out: remembered, and told of before the next captured ones. Of a connection of which nothing was ever
 * captured nobody need know.
 */
static __always_inline void observe_left_out(struct conn *conn, struct bpf_sock *sk, const struct packet *packet, __u8 dir,
					     __u8 flags, bool fresh, __u64 now)
{
	struct flow *flow = &conn->flow[dir];
	const __u32 end = packet->seq + packet->payload_len;
	const __u32 early = dir == DIRECTION_IN ? conn->totals.early_bytes : 0;
	/* A message whose beginning the listener left out was counted there. */
	const bool starts = flags & SEGMENT_MESSAGE_START && !(early && packet->seq == conn->first_seq[dir] + early);

	if (fresh) {
		if (!flow->left_len)
			flow->left_seq = packet->seq;
		if (is_after(end, flow->left_seq + flow->left_len)) {
			left_out(conn, end - flow->left_seq - flow->left_len, starts);
			flow->left_len = end - flow->left_seq;
		}
	}
	if (flow->left_len < CUT_MAX_BYTES && !(conn->announced && flags & (SEGMENT_FIN | SEGMENT_RST)))
		return;
	if (!conn->announced && !emit_open(conn, sk, packet->family, now))
		return;
	flush_left(conn, dir, flags & (SEGMENT_FIN | SEGMENT_RST));
}

/*
 * Whether payload passed while nobody looked: TCP has sent or received more than `flow[]` knows of. The first request to an accepted
 * socket may have gone to its listener, which is no such thing (learn_early).
 */
static __always_inline bool missed_payload(const struct conn *conn, struct bpf_sock *sk)
{
	const struct flow *in = &conn->flow[DIRECTION_IN], *out = &conn->flow[DIRECTION_OUT];
	struct bpf_tcp_sock *tp = bpf_tcp_sock(sk);
	const __u8 fins = conn->totals.fins;

	if (!tp || !(conn->known || conn->tracking))
		return true;
	/* A FIN takes a number. */
	if (is_after(tp->snd_nxt, out->end_seq + (fins >> DIRECTION_OUT & 1)))
		return true;
	if (!is_after(tp->rcv_nxt, in->end_seq + (fins >> DIRECTION_IN & 1)))
		return false;
	return !(conn->known && conn->role == ROLE_SERVER && !in->last_ns && !out->last_ns);
}

/* From here on `flow[]` is up to date: of the direction that did not speak yet TCP knows where it is. */
static __always_inline void begin_tracking(struct conn *conn, struct bpf_sock *sk, __u8 silent)
{
	struct bpf_tcp_sock *tp = conn->known ? 0 : bpf_tcp_sock(sk);

	if (tp)
		conn->flow[silent].end_seq = silent == DIRECTION_IN ? tp->rcv_nxt : tp->snd_nxt;
	conn->tracking = 1;
}

static __always_inline void observe_segment(struct __sk_buff *skb, struct bpf_sock *sk, const struct packet *packet,
					    const __u8 dir)
{
	const __u8 other = dir == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;
	const __u32 len = packet->payload_len;
	const __u32 end = packet->seq + len;
	struct segment_record head;
	struct conn *conn;
	struct flow *flow;
	__u32 captured = 0;
	__s32 offset;
	__u8 level, flags;
	bool fresh;
	__u64 now;

	conn = conn_of(skb, sk);
	if (!conn)
		return;
	now = bpf_ktime_get_ns();
	level = conn_level(conn, now);
	flow = &conn->flow[dir];
	/* TCP Fast Open: payload before the handshake ends. */
	if (packet->tcp_flags & TCP_SYN && dir == DIRECTION_OUT)
		conn->role = ROLE_CLIENT;
	if (level < LEVEL_FLOWS)
		return;
	if (conn->unsure) {
		conn->unsure = 0;
		if (missed_payload(conn, sk)) {
			conn->known = 0;
			conn->tracking = 0;
		}
	}
	count(COUNTER_PACKETS, 1);
	account(skb, conn, sk, packet, dir, now);
	if (level < LEVEL_HEADS) {
		if (len) {
			conn->known = 0;
			conn->tracking = 0;
		}
		return;
	}
	flags = (packet->tcp_flags & TCP_FIN ? SEGMENT_FIN : 0) | (packet->tcp_flags & TCP_RST ? SEGMENT_RST : 0) |
		(packet->tcp_flags & TCP_PSH ? SEGMENT_PSH : 0);

	if (!len) {
		/* The end of a connection that never carried anything is nothing to tell. */
		if (!conn->announced)
			return;
		if (conn->sampled)
			flush_untold(conn);
		else
			flush_cut(conn, dir, 0);
		emit_bare(conn, dir, now, packet->seq, 0, flags);
		return;
	}

	if (!conn->tracking) {
		if (!conn->known) {
			flow->last_ns = 0;
			conn->flow[other].last_ns = 0;
			flow->left_len = 0;
			conn->flow[other].left_len = 0;
			conn->sampled = 0;
		}
		flow->cut_len = 0;
		conn->flow[other].cut_len = 0;
		conn->last_dir = NO_DIRECTION;
		begin_tracking(conn, sk, other);
	}
	fresh = !(conn->known || flow->last_ns) || is_after(end, flow->end_seq);
	if (fresh && conn->last_dir != dir) {
		if (conn->announced)
			flush_cut(conn, other, 0);
		/* In mid-stream the first payload seen need not be the beginning of anything. */
		if (conn->known || conn->last_dir != NO_DIRECTION)
			flags |= SEGMENT_MESSAGE_START;
		flow->message_start = message_start(conn, sk, packet, dir);
		/* On early bytes it was decided when the listener met them. */
		if (dir == asking_direction(conn) && !(conn->totals.early_bytes && conn->last_dir == NO_DIRECTION))
			decide(conn, now);
		conn->last_dir = dir;
	}
	/* A retransmission of an earlier message has a negative offset; it is kept like a beginning. */
	offset = (__s32)(packet->seq - flow->message_start);
	if (offset < 0)
		offset = 0;
	if ((__u32)offset < conn->cap)
		captured = conn->cap - offset < len ? conn->cap - offset : len;

	flow->last_ns = now;
	if (fresh)
		flow->end_seq = end;
	if (conn->sampled) {
		observe_left_out(conn, sk, packet, dir, flags, fresh, now);
		return;
	}
	if (len != captured)
		count(COUNTER_CUT_BYTES, len - captured);

	if (!conn->announced && !emit_open(conn, sk, packet->family, now)) {
		note_lost(conn, EMIT_NO_ROOM);
		return;
	}
	flush_left(conn, DIRECTION_IN, 0);
	flush_left(conn, DIRECTION_OUT, 0);
	if (!captured) {
		observe_cut(conn, packet, dir, flags, now);
		return;
	}
	start_segment(&head, conn, dir, now);
	head.seq = packet->seq;
	head.flags = flags;
	conn->last_record_ns = now;
	emit_payload(skb, conn, packet, &head, captured, false);
	handed_over(conn, now);
}

#endif
