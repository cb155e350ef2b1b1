/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* IP and TCP headers of a packet as a cgroup_skb program sees it: offset 0 is the IP header. */
#ifndef KELPIE_CAPTURE_PARSE_BPF_H
#define KELPIE_CAPTURE_PARSE_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PROTOCOL_HOPOPTS 0
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ROUTING 43
#define PROTOCOL_FRAGMENT 44
#define PROTOCOL_ESP 50
#define PROTOCOL_AH 51
#define PROTOCOL_DSTOPTS 60

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08

/* More extension headers than this in front of TCP are not followed (RFC 8200 names seven kinds, each once). */
#define MAX_EXTENSIONS 6

enum parsed {
	PARSED_OTHER,    /* neither TCP nor UDP */
	PARSED_TCP,
	PARSED_UDP,
	PARSED_FRAGMENT, /* a fragment without the transport header */
	PARSED_BAD,      /* headers that make no sense or go too deep */
};

struct packet {
	__u32 payload_offset;
	__u32 payload_len;
	__u32 seq; /* of the first payload byte: a SYN takes one number (RFC 9293 3.4) */
	__u32 ack;
	__u16 source_port; /* source port, host order */
	__u16 dest_port; /* destination port, host order */
	__u8 family;                  /* 4 or 6 */
	__u8 tcp_flags;
	__u8 _pad[2];
};

/* RFC 791 */
struct ipv4_header {
	__u8 version_ihl;
	__u8 tos;
	__be16 total_len;
	__be16 id;
	__be16 fragment; /* 3 flag bits, 13 bits offset */
	__u8 ttl;
	__u8 protocol;
	__u16 checksum;
	__u8 source[4];
	__u8 dest[4];
};

/* RFC 8200 */
struct ipv6_header {
	__be32 version_class_label;
	__be16 payload_len;
	__u8 next_header;
	__u8 hop_limit;
	__u8 source[16];
	__u8 dest[16];
};

/* RFC 9293 */
struct tcp_header {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack;
	__u8 data_offset; /* upper four bits, in words */
	__u8 flags;
	__be16 window;
	__u16 checksum;
	__u16 urgent;
};

/* Moves *offset to the transport header; returns its protocol, or -1 - PARSED_x. */
static __always_inline int transport_of_ipv6(struct __sk_buff *skb, __u32 *offset)
{
	struct ipv6_header ip;
	struct {
		__u8 next_header;
		__u8 len; /* in 8 bytes, not counting the first 8 */
		__be16 fragment;
	} ext;
	__u8 next;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return -1 - PARSED_BAD;
	next = ip.next_header;
	*offset = sizeof(ip);
	for (int i = 0; i <= MAX_EXTENSIONS; i++) {
		if (next == PROTOCOL_TCP || next == PROTOCOL_UDP)
			return next;
		if (next == PROTOCOL_ESP || next == PROTOCOL_AH)
			return -1 - PARSED_BAD;
		if (next != PROTOCOL_HOPOPTS && next != PROTOCOL_ROUTING && next != PROTOCOL_DSTOPTS &&
		    next != PROTOCOL_FRAGMENT)
			return next;
		if (bpf_skb_load_bytes(skb, *offset, &ext, sizeof(ext)))
			return -1 - PARSED_BAD;
		if (next == PROTOCOL_FRAGMENT) {
			if (ext.fragment & bpf_htons(0xfff8))
				return -1 - PARSED_FRAGMENT;
			*offset += 8;
		} else {
			*offset += ((__u32)ext.len + 1) * 8;
		}
		next = ext.next_header;
	}
	return -1 - PARSED_BAD;
}

static __always_inline int transport_of_ipv4(struct __sk_buff *skb, __u32 *offset)
{
	struct ipv4_header ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return -1 - PARSED_BAD;
	*offset = (ip.version_ihl & 0x0f) * 4;
	if (*offset < sizeof(ip))
		return -1 - PARSED_BAD;
	if (ip.fragment & bpf_htons(0x1fff))
		return ip.protocol == PROTOCOL_TCP || ip.protocol == PROTOCOL_UDP ? -1 - PARSED_FRAGMENT : ip.protocol;
	return ip.protocol;
}

static __always_inline enum parsed parse(struct __sk_buff *skb, struct packet *packet)
{
	struct tcp_header tcp;
	__u32 offset = 0;
	__u32 data;
	__u8 version;
	int protocol;

	if (bpf_skb_load_bytes(skb, 0, &version, sizeof(version)))
		return PARSED_BAD;
	packet->family = version >> 4;
	if (packet->family == 4)
		protocol = transport_of_ipv4(skb, &offset);
	else if (packet->family == 6)
		protocol = transport_of_ipv6(skb, &offset);
	else
		return PARSED_BAD;
	if (protocol < 0)
		return -1 - protocol;

	if (protocol == PROTOCOL_UDP) {
		__be16 ports[2];

		if (bpf_skb_load_bytes(skb, offset, ports, sizeof(ports)))
			return PARSED_BAD;
		packet->source_port = bpf_ntohs(ports[0]);
		packet->dest_port = bpf_ntohs(ports[1]);
		packet->payload_offset = offset + 8;
		packet->payload_len = skb->len >= offset + 8 ? skb->len - offset - 8 : 0;
		return PARSED_UDP;
	}
	if (protocol != PROTOCOL_TCP)
		return PARSED_OTHER;

	if (bpf_skb_load_bytes(skb, offset, &tcp, sizeof(tcp)))
		return PARSED_BAD;
	data = offset + (tcp.data_offset >> 4) * 4;
	if (data < offset + sizeof(tcp) || data > skb->len)
		return PARSED_BAD;
	packet->payload_offset = data;
	/* Not from the IP header: a GSO or BIG TCP buffer is longer than that can say (and says 0). */
	packet->payload_len = skb->len - data;
	packet->tcp_flags = tcp.flags;
	packet->seq = bpf_ntohl(tcp.seq) + (tcp.flags & TCP_SYN ? 1 : 0);
	packet->ack = bpf_ntohl(tcp.ack);
	packet->source_port = bpf_ntohs(tcp.source);
	packet->dest_port = bpf_ntohs(tcp.dest);
	return PARSED_TCP;
}

#endif
