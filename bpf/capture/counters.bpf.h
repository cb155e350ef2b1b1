/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Rising totals per CPU, by enum counter. */
#ifndef KELPIE_CAPTURE_COUNTERS_BPF_H
#define KELPIE_CAPTURE_COUNTERS_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "event.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_MAX);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* Atomic although per CPU: a softirq may interrupt a program that runs for a sending process. */
static __always_inline void count(__u32 which, __u64 by)
{
	__u64 *total = bpf_map_lookup_elem(&counters, &which);

	if (total)
		__sync_fetch_and_add(total, by);
}

#endif
