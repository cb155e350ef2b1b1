// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
/*
 * Payload of TCP sockets by cgroup, with stable kernel interfaces only (docs/adr/0001).
 *
 * cgroup_skb sees every packet of a socket with its headers, sockops the handshake and the end, sock_create who made the
 * socket. The first are attached only while somebody watches (docs/adr/0001). All of them return 1 always: 0 would drop the packet or refuse the socket.
 */
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

/* Keeps the types of event.h that no map or argument names in the object's BTF, where scripts/gen-layout.ts reads them. */
struct layout {
	struct open_record open;
	struct segment_record segment;
	struct orphan_addresses orphan;
	struct close_record close;
	struct datagram_record datagram;
	struct flow_record flow;
	struct edge_record edge;
	enum flow_state flow_state;
	enum flow_end flow_end;
	enum record_type record_type;
	enum direction direction;
	enum socket_role socket_role;
	enum segment_flag segment_flag;
	enum open_flag open_flag;
	enum capture_level capture_level;
	enum counter counter;
	__u32 _pad;
};
const struct layout *layout SEC(".layout") __attribute__((used));

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

/*
 * Who asks of a UDP socket: who spoke first; of a socket that is older than capture, or that is bound to a well-known port, the
 * side with the higher port.
 */
static __always_inline __u8 datagram_role(const struct conn *conn, __u16 local_port, __u16 remote_port, __u8 dir)
{
	if (!conn->owner.pid || (local_port < 1024) != (remote_port < 1024))
		return remote_port < local_port ? ROLE_CLIENT : ROLE_SERVER;
	return dir == DIRECTION_OUT ? ROLE_CLIENT : ROLE_SERVER;
}

static __always_inline bool wants_datagrams(__u16 port)
{
	__u32 zero = 0;
	const struct settings *now = bpf_map_lookup_elem(&settings, &zero);

	return now && port && (port == now->datagram_ports[0] || port == now->datagram_ports[1] ||
			       port == now->datagram_ports[2] || port == now->datagram_ports[3]);
}

/* UDP is summed up by edge; datagrams of some ports are handed over whole. */
static __always_inline void observe_datagram(struct __sk_buff *skb, struct bpf_sock *sk, const struct packet *packet, __u8 dir)
{
	const __u16 local_port = dir == DIRECTION_IN ? packet->dest_port : packet->source_port;
	const __u16 remote_port = dir == DIRECTION_IN ? packet->source_port : packet->dest_port;
	struct conn *conn = conn_of(skb, sk);
	struct addresses addresses;
	struct edge_record *edge;
	__u16 port;
	__u8 level;
	__u64 now;

	if (!conn)
		return;
	now = bpf_ktime_get_ns();
	if (!conn->role) {
		conn->role = datagram_role(conn, local_port, remote_port, dir);
		if (!conn->remote_port)
			conn->remote_port = remote_port;
		conn->generation = 0;
	}
	level = conn_level(conn, now);
	if (level < LEVEL_FLOWS)
		return;
	count(COUNTER_UDP_PACKETS, 1);
	count(COUNTER_UDP_BYTES, packet->payload_len);
	if (packet_addresses(skb, packet, dir, &addresses))
		return;
	port = conn->role == ROLE_CLIENT ? remote_port : local_port;
	edge = udp_edge(conn, &addresses, port, packet->family, now);
	if (edge) {
		ADD(edge->bytes[dir], packet->payload_len);
		ADD(edge->packets[dir], 1);
		open_datagrams(conn, edge, &addresses, port, packet->family);
	}
	if (level < LEVEL_HEADS || !packet->payload_len || !(wants_datagrams(local_port) || wants_datagrams(remote_port)))
		return;
	emit_datagram(skb, conn, packet, &addresses, dir, now);
	conn->unpaid_segments++;
	conn->unpaid_bytes += packet->payload_len < DATAGRAM_PIECE ? packet->payload_len : DATAGRAM_PIECE;
	handed_over(conn, now);
}

/* Null also for what speaks another protocol than the packet (a raw socket). */
static __always_inline struct bpf_sock *socket_of(struct __sk_buff *skb, __u32 protocol)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	return sk && sk->protocol == protocol ? sk : 0;
}

/* A packet as arguments can carry it: a global function of Linux 5.10 takes no pointer but its context. */
union passed_packet {
	struct packet packet;
	__u64 words[3];
};

_Static_assert(sizeof(struct packet) <= 3 * sizeof(__u64), "passed_packet");

/*
 * What is done with a packet, as global functions: the verifier looks at each of them once, whatever it is passed, and not once for every
 * way through the headers that leads to it. Without that older kernels look at ten times as many instructions, near their limit of a million.
 */
#define ONCE_VERIFIED(name, observe_what, protocol, dir)                                      \
	__noinline int name(struct __sk_buff *skb, __u64 first, __u64 second, __u64 third)   \
	{                                                                                     \
		const union passed_packet passed = { .words = { first, second, third } };    \
		struct bpf_sock *sk = socket_of(skb, protocol);                               \
                                                                                              \
		if (sk)                                                                       \
			observe_what(skb, sk, &passed.packet, dir);                           \
		return 0;                                                                     \
	}

ONCE_VERIFIED(segment_in, observe_segment, PROTOCOL_TCP, DIRECTION_IN)
ONCE_VERIFIED(segment_out, observe_segment, PROTOCOL_TCP, DIRECTION_OUT)
ONCE_VERIFIED(datagram_in, observe_datagram, PROTOCOL_UDP, DIRECTION_IN)
ONCE_VERIFIED(datagram_out, observe_datagram, PROTOCOL_UDP, DIRECTION_OUT)
ONCE_VERIFIED(orphan_in, observe_orphan, PROTOCOL_TCP, DIRECTION_IN)

/* Nobody watches the socket, as far as is known of it: true is sure, and costs those who are not watched next to nothing. */
static __always_inline bool is_unwatched(struct bpf_sock *sk)
{
	const struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, 0);
	__u32 zero = 0;
	const struct settings *now = bpf_map_lookup_elem(&settings, &zero);

	return conn && now && conn->level == LEVEL_OFF && conn->cgroup_id && conn->generation == now->generation;
}

static __always_inline void observe(struct __sk_buff *skb, const __u8 dir)
{
	struct bpf_sock *sk = skb->sk;
	union passed_packet passed;
	const struct packet *packet = &passed.packet;
	const __u64 *words = passed.words;

	if (!sk)
		return;
	sk = bpf_sk_fullsock(sk);
	if (!sk || is_unwatched(sk))
		return;
	__builtin_memset(&passed, 0, sizeof(passed));
	switch (parse(skb, &passed.packet)) {
	case PARSED_TCP:
		if (sk->state == BPF_TCP_LISTEN) {
			if (dir == DIRECTION_IN && packet->payload_len)
				orphan_in(skb, words[0], words[1], words[2]);
			return;
		}
		/* The SYN of an accepted connection went to its listener. */
		if (packet->payload_len || packet->tcp_flags & (TCP_FIN | TCP_RST) ||
		    (packet->tcp_flags & TCP_SYN && sk->state == BPF_TCP_SYN_SENT && dir == DIRECTION_OUT)) {
			if (dir == DIRECTION_IN)
				segment_in(skb, words[0], words[1], words[2]);
			else
				segment_out(skb, words[0], words[1], words[2]);
		} else {
			sk = socket_of(skb, PROTOCOL_TCP);
			if (sk)
				observe_ack(skb, sk, packet, dir);
		}
		return;
	case PARSED_UDP:
		if (dir == DIRECTION_IN)
			datagram_in(skb, words[0], words[1], words[2]);
		else
			datagram_out(skb, words[0], words[1], words[2]);
		return;
	case PARSED_FRAGMENT:
		count(COUNTER_LOST_FRAGMENT, 1);
		return;
	case PARSED_BAD:
		count(COUNTER_LOST_UNPARSED, 1);
		return;
	case PARSED_OTHER:
		return;
	}
}

SEC("cgroup_skb/ingress")
int kelpie_ingress(struct __sk_buff *skb)
{
	observe(skb, DIRECTION_IN);
	return 1;
}

SEC("cgroup_skb/egress")
int kelpie_egress(struct __sk_buff *skb)
{
	observe(skb, DIRECTION_OUT);
	return 1;
}

/* The storage of a socket that sockops speaks of, made on first sight; null without a socket or without memory (counted). */
static __always_inline struct conn *conn_of_ops(struct bpf_sock_ops *ops, struct bpf_sock *sk)
{
	struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	__u64 cookie;

	if (!conn) {
		count(COUNTER_LOST_NO_STORAGE, 1);
		return 0;
	}
	cookie = bpf_get_socket_cookie(ops);
	if (conn->cookie != cookie)
		conn_adopt(conn, cookie);
	/* Of a socket older than capture its first packet tells. */
	if (!conn->cgroup_id)
		conn->cgroup_id = conn->owner.cgroup_id;
	return conn;
}

static __always_inline void call_back(struct bpf_sock_ops *ops)
{
	bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG | BPF_SOCK_OPS_RTO_CB_FLAG);
}

/* The SYN is about to leave; it brings the connection among the active ones. */
static __always_inline void connecting(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	struct conn *conn;

	call_back(ops);
	if (!sk)
		return;
	conn = conn_of_ops(ops, sk);
	if (!conn)
		return;
	conn_restart(conn);
	conn->has_callbacks = 1;
	conn->role = ROLE_CLIENT;
	conn->totals.opened_ns = bpf_ktime_get_ns();
	conn_ports(conn, sk);
}

static __always_inline void established(struct bpf_sock_ops *ops, __u8 role)
{
	struct bpf_sock *sk = ops->sk;
	struct totals *totals;
	struct conn *conn;
	__u64 now;

	call_back(ops);
	if (!sk)
		return;
	conn = conn_of_ops(ops, sk);
	if (!conn)
		return;
	now = bpf_ktime_get_ns();
	totals = &conn->totals;
	conn->has_callbacks = 1;
	conn_ports(conn, sk);
	if (conn->role != role) {
		conn->role = role;
		conn->generation = 0;
	}
	if (role == ROLE_SERVER) {
		totals->opened_ns = now;
		conn->sampled = conn->early_sampled && conn->early_port == conn->remote_port;
		conn->early_sampled = 0;
	} else if (totals->opened_ns) {
		totals->handshake_us = (now - totals->opened_ns) / 1000;
	}
	/* With TFO payload went out on the SYN already: its own sequence number stands. */
	if (!conn->tracking) {
		conn->known = 1;
		conn->first_seq[DIRECTION_IN] = conn->flow[DIRECTION_IN].end_seq = ops->rcv_nxt;
		conn->first_seq[DIRECTION_OUT] = conn->flow[DIRECTION_OUT].end_seq = ops->snd_nxt;
	}
	if (!conn->cgroup_id || conn_level(conn, now) < LEVEL_FLOWS)
		return;
	/* Watched from its first byte on. */
	conn->unsure = 0;
	if (!totals->in_edge)
		tell(conn, sk, now);
}

/* Why the state machine went to CLOSE from `state`. */
static __always_inline enum flow_end end_of(const struct conn *conn, __u32 state)
{
	const bool was_reset = conn->totals.rsts & (1 << DIRECTION_IN);

	if (state == BPF_TCP_SYN_SENT) {
		if (was_reset)
			return END_REFUSED;
		if (conn->expired)
			return END_TIMEOUT;
		/* Neither an answer nor the clock nor the application: ICMP, or no way to send. */
		return conn->released ? END_ABORTED : END_UNREACHABLE;
	}
	if (was_reset)
		return END_RESET_REMOTE;
	if (conn->expired)
		return END_TIMEOUT;
	if (state == BPF_TCP_FIN_WAIT2 || state == BPF_TCP_CLOSING || state == BPF_TCP_LAST_ACK || state == BPF_TCP_TIME_WAIT)
		return END_FIN;
	/* Keepalive resets a silent peer before it gives up; an application that resets has let go of the socket. */
	if (!conn->released && conn->totals.rsts & (1 << DIRECTION_OUT))
		return END_TIMEOUT;
	return END_RESET_LOCAL;
}

static __always_inline void closed(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	struct close_record *record;
	struct conn *conn;
	__u8 level;
	__u64 now;

	if (!sk)
		return;
	conn = bpf_sk_storage_get(&conns, sk, 0, 0);
	if (!conn || conn->cookie != bpf_get_socket_cookie(ops))
		return;
	now = bpf_ktime_get_ns();
	level = conn->cgroup_id ? conn_level(conn, now) : LEVEL_OFF;
	if (!conn->unsure)
		learn_early(conn, ops->rcv_nxt, ops->args[0]);
	end_flow(conn, sk, now, end_of(conn, ops->args[0]), level);
	if (conn->unpaid_segments || conn->unpaid_left_bytes)
		settle_budget(conn, now);
	if (conn->announced) {
		flush_untold(conn);
		record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
		if (record) {
			__builtin_memset(record, 0, sizeof(*record));
			record->ts_ns = now;
			record->cookie = conn->cookie;
			for (int dir = 0; dir < 2; dir++) {
				record->last_ns[dir] = conn->flow[dir].last_ns;
				record->bytes[dir] = conn->flow[dir].bytes;
				record->end_seq[dir] = conn->flow[dir].end_seq;
			}
			record->srtt_us = ops->srtt_us >> 3;
			record->retransmits = ops->total_retrans;
			record->lost = conn->lost;
			record->type = RECORD_CLOSE;
			bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		} else {
			note_lost(conn, EMIT_NO_ROOM);
		}
	}
	/* The same socket may connect again. */
	conn_restart(conn);
}

static __always_inline void timed_out(struct bpf_sock_ops *ops)
{
	struct bpf_sock *sk = ops->sk;
	struct conn *conn;

	if (!sk)
		return;
	conn = bpf_sk_storage_get(&conns, sk, 0, 0);
	if (conn)
		conn->expired = 1;
}

SEC("sockops")
int kelpie_sockops(struct bpf_sock_ops *ops)
{
	switch (ops->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		connecting(ops);
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
		established(ops, ROLE_CLIENT);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		established(ops, ROLE_SERVER);
		break;
	case BPF_SOCK_OPS_RTO_CB:
		/* tcp_write_timeout: the third argument says that this was the last one. */
		if (ops->args[2])
			timed_out(ops);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ops->args[1] == BPF_TCP_CLOSE)
			closed(ops);
		break;
	}
	return 1;
}

SEC("cgroup/sock_create")
int kelpie_create(struct bpf_sock *sk)
{
	struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!conn) {
		count(COUNTER_LOST_NO_STORAGE, 1);
		return 1;
	}
	conn->owner.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(conn->owner.comm, sizeof(conn->owner.comm));
	conn->owner.netns_cookie = bpf_get_netns_cookie(sk);
	conn->owner.cgroup_id = bpf_get_current_cgroup_id();
	return 1;
}

/* The application lets go of a socket: whatever ends it now is the application's doing. */
SEC("cgroup/sock_release")
int kelpie_release(struct bpf_sock *sk)
{
	struct conn *conn = bpf_sk_storage_get(&conns, sk, 0, 0);

	if (!conn)
		return 1;
	conn->released = 1;
	if (sk->protocol == PROTOCOL_UDP)
		close_datagrams(conn);
	return 1;
}

char _license[] SEC("license") = "GPL";
