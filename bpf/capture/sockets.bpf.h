/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What the life of a TCP socket tells: its handshake, its end and why (sockops). */
#ifndef KELPIE_CAPTURE_SOCKETS_BPF_H
#define KELPIE_CAPTURE_SOCKETS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "budget.bpf.h"
#include "emit.bpf.h"
#include "totals.bpf.h"

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

#endif
