/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../bpf/capture/event.h"
#include "ring.h"

/*
 * Layout as in kernel/bpf/ringbuf.c: a page with the consumer's position, one with the producer's, then the data. The kernel lets the
 * data be mapped twice in a row, so that no record is in two pieces; all of it would count twice as resident memory then.
 */
int ring_map(struct ring *ring, struct bpf_map *map)
{
	void *consumer, *producer;
	int fd = bpf_map__fd(map);

	if (ring->map == map)
		return 0;
	if (ring->map || bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
		return EINVAL;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->size = bpf_map__max_entries(map);
	consumer = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return errno;
	producer = mmap(NULL, ring->page + ring->size, PROT_READ, MAP_SHARED, fd, (off_t)ring->page);
	if (producer == MAP_FAILED) {
		int error = errno;
		munmap(consumer, ring->page);
		return error;
	}
	ring->consumer = consumer;
	ring->producer = producer;
	ring->map = map;
	return 0;
}

/* Payload is reserved in one of a few sizes; what lies behind it is left over from older records. */
static uint32_t true_length(const void *record, uint32_t reserved)
{
	const struct segment_record *segment = record;
	const struct datagram_record *datagram = record;
	uint64_t len = reserved;

	if (reserved < sizeof(*segment))
		return reserved;
	if (segment->type == RECORD_SEGMENT)
		len = sizeof(*segment) + (uint64_t)segment->captured +
		      (segment->flags & SEGMENT_ORPHAN ? sizeof(struct orphan_addresses) : 0);
	else if (segment->type == RECORD_DATAGRAM && reserved >= sizeof(*datagram))
		len = sizeof(*datagram) + (uint64_t)datagram->captured;
	return len < reserved ? (uint32_t)len : reserved;
}

void ring_unmap(struct ring *ring)
{
	if (!ring->map)
		return;
	munmap(ring->consumer, ring->page);
	munmap((void *)ring->producer, ring->page + ring->size);
	ring->map = NULL;
}

/* Copies `len` bytes from position `at` on, which may go on at the beginning of the ring. */
static void copy_out(const struct ring *ring, unsigned long at, void *into, size_t len)
{
	const uint8_t *data = (const uint8_t *)ring->producer + ring->page;
	const size_t offset = at & (ring->size - 1);
	const size_t first = len < ring->size - offset ? len : ring->size - offset;

	memcpy(into, data + offset, first);
	memcpy((uint8_t *)into + first, data, len - first);
}

/* As much of a record as its true length takes to know. */
union record_head {
	struct segment_record segment;
	struct datagram_record datagram;
};

ssize_t ring_drain(struct ring *ring, uint8_t *into, size_t room)
{
	const uint8_t *data = (const uint8_t *)ring->producer + ring->page;
	const unsigned long end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	unsigned long at = *ring->consumer;
	size_t written = 0;

	while (at < end) {
		const uint8_t *slot = data + (at & (ring->size - 1));
		const uint32_t header = __atomic_load_n((const uint32_t *)slot, __ATOMIC_ACQUIRE);
		const uint32_t reserved = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			const unsigned long record = at + BPF_RINGBUF_HDR_SZ;
			union record_head head = { 0 };
			copy_out(ring, record, &head, reserved < sizeof(head) ? reserved : sizeof(head));
			const uint32_t len = true_length(&head, reserved);
			const size_t padded = ((size_t)len + 7) & ~(size_t)7;

			if (8 + padded > room - written) {
				if (!written)
					return -1;
				break;
			}
			memcpy(into + written, &(uint32_t[2]){ len, 0 }, 8);
			copy_out(ring, record, into + written + 8, len);
			memset(into + written + 8 + len, 0, padded - len);
			written += 8 + padded;
		}
		at += (reserved + BPF_RINGBUF_HDR_SZ + 7) & ~7UL;
		__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
	}
	return (ssize_t)written;
}
