/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What is done with a packet of UDP. */
#ifndef KELPIE_CAPTURE_DATAGRAMS_BPF_H
#define KELPIE_CAPTURE_DATAGRAMS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "budget.bpf.h"
#include "emit.bpf.h"
#include "totals.bpf.h"

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

#endif
