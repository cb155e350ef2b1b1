/* SPDX-License-Identifier: Apache-2.0 */
#include "maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "arguments.h"

static bool is_per_cpu(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return true;
	default:
		return false;
	}
}

napi_value js_map_update(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	struct bpf_map *map;
	uint8_t *key, *value;
	napi_value args[4];

	if (!read_args(env, info, 4, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_sized(env, args[2], bpf_map__key_size(map), &key) ||
	    !read_sized(env, args[3], bpf_map__value_size(map), &value))
		return NULL;
	/* A per-CPU value is larger than it says. */
	if (is_per_cpu(map))
		return throw_native(env, "map", bpf_map__name(map), EINVAL);
	if (bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY))
		return throw_native(env, "map", bpf_map__name(map), errno);
	return undefined(env);
}

static napi_value new_bytes(napi_env env, size_t len, void **data)
{
	napi_value buffer, result;

	TRY(napi_create_arraybuffer(env, len, data, &buffer));
	TRY(napi_create_typedarray(env, napi_uint8_array, len, buffer, 0, &result));
	return result;
}

napi_value js_map_lookup(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	struct bpf_map *map;
	napi_value args[3], result;
	uint8_t *key;
	void *value;
	size_t len;
	int cpus;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_sized(env, args[2], bpf_map__key_size(map), &key))
		return NULL;
	len = bpf_map__value_size(map);
	if (is_per_cpu(map)) {
		/* Read from /sys, which may be hidden. */
		cpus = libbpf_num_possible_cpus();
		if (cpus < 0)
			return throw_native(env, "cpus", "/sys/devices/system/cpu/possible", cpus);
		len = ((len + 7) & ~(size_t)7) * (size_t)cpus;
	}
	result = new_bytes(env, len, &value);
	if (!result)
		return NULL;
	if (!bpf_map_lookup_elem(bpf_map__fd(map), key, value))
		return result;
	return errno == ENOENT ? undefined(env) : throw_native(env, "map", bpf_map__name(map), errno);
}

napi_value js_map_delete(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	struct bpf_map *map;
	napi_value args[3], result;
	uint8_t *key;
	int error;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_sized(env, args[2], bpf_map__key_size(map), &key))
		return NULL;
	error = bpf_map_delete_elem(bpf_map__fd(map), key) ? errno : 0;
	if (error && error != ENOENT)
		return throw_native(env, "map", bpf_map__name(map), error);
	TRY(napi_get_boolean(env, error == 0, &result));
	return result;
}

napi_value js_map_keys(napi_env env, napi_callback_info info)
{
	napi_value args[2], result, element;
	struct handle *handle;
	struct bpf_map *map;
	void *previous = NULL, *key;
	uint32_t count = 0;
	size_t len;

	if (!read_args(env, info, 2, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map))
		return NULL;
	len = bpf_map__key_size(map);
	TRY(napi_create_array(env, &result));
	/* Bounded: a deletion meanwhile makes the kernel begin again. */
	while (count < bpf_map__max_entries(map)) {
		element = new_bytes(env, len, &key);
		if (!element)
			return NULL;
		if (bpf_map_get_next_key(bpf_map__fd(map), previous, key))
			return errno == ENOENT ? result : throw_native(env, "map", bpf_map__name(map), errno);
		TRY(napi_set_element(env, result, count++, element));
		previous = key;
	}
	return result;
}

/* Entries taken out of a map with one call: no bucket of a map of ours holds nearly as many (the kernel's ENOSPC). */
#define MAP_BATCH 512

struct map_batch {
	uint8_t *keys, *values;
	size_t value_size, framed;
};

/* Moves up to MAP_BATCH entries; the number moved, or -1 with errno. `*is_last` when the map has no more. */
static ssize_t take_batch(int fd, struct map_batch *batch, uint32_t *from, uint32_t *next, uint8_t *into, bool *is_last)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	const uint32_t stride = (uint32_t)((batch->value_size + 7) & ~(size_t)7);
	uint32_t count = MAP_BATCH;

	if (bpf_map_lookup_and_delete_batch(fd, from, next, batch->keys, batch->values, &count, &opts)) {
		if (errno != ENOENT)
			return -1;
		*is_last = true;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *frame = into + i * batch->framed;

		memcpy(frame, &(uint32_t[2]){ (uint32_t)batch->value_size, 0 }, 8);
		memset(frame + 8, 0, batch->framed - 8);
		memcpy(frame + 8, batch->values + (size_t)i * stride, batch->value_size);
	}
	return count;
}

napi_value js_drain_map(napi_env env, napi_callback_info info)
{
	struct map_batch batch = { 0 };
	struct handle *handle;
	struct bpf_map *map;
	napi_value args[3], result;
	uint32_t token[2] = { 0 };
	size_t room, written = 0;
	bool is_last = false;
	ssize_t count = 0;
	uint8_t *into;
	int error = 0;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_bytes(env, args[2], &into, &room))
		return NULL;
	if (bpf_map__type(map) != BPF_MAP_TYPE_HASH || bpf_map__key_size(map) < sizeof(*token))
		return throw_native(env, "drain", bpf_map__name(map), EINVAL);
	batch.value_size = bpf_map__value_size(map);
	batch.framed = 8 + ((batch.value_size + 7) & ~(size_t)7);
	if (room < MAP_BATCH * batch.framed) {
		napi_throw_range_error(env, NULL, "the buffer is too small for one batch");
		return NULL;
	}
	batch.keys = malloc((size_t)MAP_BATCH * bpf_map__key_size(map));
	batch.values = malloc(MAP_BATCH * ((batch.value_size + 7) & ~(size_t)7));
	if (!batch.keys || !batch.values)
		error = ENOMEM;
	for (int call = 0; !error && !is_last && room - written >= MAP_BATCH * batch.framed; call++) {
		count = take_batch(bpf_map__fd(map), &batch, call ? &token[(call - 1) & 1] : NULL, &token[call & 1], into + written,
				   &is_last);
		if (count < 0)
			error = errno;
		else
			written += (size_t)count * batch.framed;
	}
	free(batch.keys);
	free(batch.values);
	/* What was taken before the error is gone from the map: it must not be lost. */
	if (error && !written)
		return throw_native(env, "drain", bpf_map__name(map), error);
	TRY(napi_create_double(env, (double)written, &result));
	return result;
}
