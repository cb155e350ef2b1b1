/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a BPF ring buffer without a call per record: many records at once into one buffer. */
#ifndef KELPIE_RING_H
#define KELPIE_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/libbpf.h>

struct ring {
	struct bpf_map *map;
	size_t page;
	size_t size;
	unsigned long *consumer;       /* a page of its own, writable */
	const unsigned long *producer; /* a page of its own, then the data twice in a row */
};

/* Maps the ring once; 0 or an errno (EINVAL: not a ring buffer, or a second one). */
int ring_map(struct ring *ring, struct bpf_map *map);

void ring_unmap(struct ring *ring);

/* Moves records as addon.ts says; the bytes written, or -1 if not even one record fits `room`. */
ssize_t ring_drain(struct ring *ring, uint8_t *into, size_t room);

#endif
