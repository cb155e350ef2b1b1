/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* What a cgroup may hand over in a second. Decided where an exchange begins, so that none is ever handed over in part. */
#ifndef KELPIE_CAPTURE_BUDGET_BPF_H
#define KELPIE_CAPTURE_BUDGET_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "conn.bpf.h"
#include "counters.bpf.h"
#include "event.h"

/* What was not used is kept for so long. */
#define BUDGET_BURST_NS 200000000ULL
/* A connection adds to its cgroup's use after so many segments or bytes, if no exchange begins before. */
#define BUDGET_SEGMENTS 16
#define BUDGET_BYTES 65536

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct budget);
} budgets SEC(".maps");

/* Those of cgroups that are gone make room for new ones. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct budget_use);
} budget_uses SEC(".maps");

static __always_inline struct budget_use *use_of(__u64 cgroup_id)
{
	struct budget_use *use = bpf_map_lookup_elem(&budget_uses, &cgroup_id);
	struct budget_use none;

	if (use)
		return use;
	__builtin_memset(&none, 0, sizeof(none));
	bpf_map_update_elem(&budget_uses, &cgroup_id, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&budget_uses, &cgroup_id);
}

/* Null = no limit. */
static __always_inline struct budget *budget_of(__u64 cgroup_id)
{
	struct budget *budget = bpf_map_lookup_elem(&budgets, &cgroup_id);

	if (budget)
		return budget;
	cgroup_id = 0;
	return bpf_map_lookup_elem(&budgets, &cgroup_id);
}

static __always_inline void charge(__u64 *due, __u64 cost, __u64 now)
{
	if (*due + BUDGET_BURST_NS < now)
		*due = now - BUDGET_BURST_NS;
	__sync_fetch_and_add(due, cost);
}

/* Adds what the connection handed over and left out to its cgroup's use. True if the cgroup's budget is spent for now. */
static __noinline int settle_budget(struct conn *conn, __u64 now)
{
	struct budget_use *use;
	struct budget *budget;
	__u64 cgroup_id;

	if (!conn)
		return 0;
	cgroup_id = conn->cgroup_id;
	use = use_of(cgroup_id);
	if (!use)
		return 0;
	budget = budget_of(cgroup_id);
	if (conn->unpaid_segments) {
		__sync_fetch_and_add(&use->segments, conn->unpaid_segments);
		__sync_fetch_and_add(&use->bytes, conn->unpaid_bytes);
		if (budget && budget->ns_per_segment)
			charge(&use->segments_due_ns, conn->unpaid_segments * budget->ns_per_segment, now);
		if (budget && budget->ns_per_kib)
			charge(&use->bytes_due_ns, conn->unpaid_bytes * budget->ns_per_kib >> 10, now);
		conn->unpaid_segments = 0;
		conn->unpaid_bytes = 0;
	}
	if (conn->unpaid_left_bytes) {
		__sync_fetch_and_add(&use->sampled_messages, conn->unpaid_left_messages);
		__sync_fetch_and_add(&use->sampled_bytes, conn->unpaid_left_bytes);
		conn->unpaid_left_messages = 0;
		conn->unpaid_left_bytes = 0;
	}
	return budget && ((budget->ns_per_segment && use->segments_due_ns > now) ||
			  (budget->ns_per_kib && use->bytes_due_ns > now));
}

static __always_inline void handed_over(struct conn *conn, __u64 now)
{
	if (conn->unpaid_segments >= BUDGET_SEGMENTS || conn->unpaid_bytes >= BUDGET_BYTES)
		settle_budget(conn, now);
}

static __always_inline void left_out(struct conn *conn, __u32 bytes, bool is_message_start)
{
	conn->unpaid_left_bytes += bytes;
	count(COUNTER_SAMPLED_BYTES, bytes);
	if (!is_message_start)
		return;
	conn->unpaid_left_messages++;
	count(COUNTER_SAMPLED_MESSAGES, 1);
}

#endif
