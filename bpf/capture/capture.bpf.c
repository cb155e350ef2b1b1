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

#include "datagrams.bpf.h"
#include "segments.bpf.h"
#include "sockets.bpf.h"

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
