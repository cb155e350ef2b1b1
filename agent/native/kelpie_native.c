/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door from JavaScript to libbpf. The contract is addon.ts: one function per libbpf step, arguments checked, every refusal
 * thrown with operation, errno and log. No policy.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "native_error.h"
#include "ring.h"

#define MAX_LINKS 64
#define MAX_NAME 256

struct handle {
	struct bpf_object *object; /* NULL = closed */
	bool loaded;
	struct attached {
		struct bpf_program *program;
		struct bpf_link *link;
	} attached[MAX_LINKS];
	int attached_count;
	struct ring ring;
};

static const napi_type_tag handle_tag = { 0x6b656c7069655f62ULL, 0x70665f68616e646cULL };

/* --- arguments: each reader throws a TypeError and returns false if it is not what is wanted ---------------------- */

static bool read_args(napi_env env, napi_callback_info info, size_t want, napi_value *args)
{
	size_t count = want;

	clear_log();
	if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok)
		return false;
	if (count < want)
		napi_throw_type_error(env, NULL, "too few arguments");
	return count >= want;
}

static bool read_handle(napi_env env, napi_value value, struct handle **handle)
{
	bool ours = false;
	napi_valuetype type;

	if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
	    napi_check_object_type_tag(env, value, &handle_tag, &ours) != napi_ok || !ours ||
	    napi_unwrap(env, value, (void **)handle) != napi_ok) {
		napi_throw_type_error(env, NULL, "the first argument must be a handle from open()");
		return false;
	}
	return true;
}

static bool read_open_handle(napi_env env, napi_value value, bool must_be_loaded, struct handle **handle)
{
	if (!read_handle(env, value, handle))
		return false;
	if (!(*handle)->object) {
		napi_throw_error(env, "ECLOSED", "the handle is closed");
		return false;
	}
	if (must_be_loaded && !(*handle)->loaded) {
		napi_throw_error(env, "ENOTLOADED", "load() comes first");
		return false;
	}
	return true;
}

static bool read_string(napi_env env, napi_value value, char *into, size_t size)
{
	size_t len;

	if (napi_get_value_string_utf8(env, value, into, size, &len) != napi_ok || len + 1 >= size || strlen(into) != len) {
		napi_throw_type_error(env, NULL, "expected a string of reasonable length without NUL");
		return false;
	}
	return true;
}

static bool read_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *len)
{
	napi_typedarray_type type;
	bool is_typed = false;

	if (napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed ||
	    napi_get_typedarray_info(env, value, &type, len, (void **)bytes, NULL, NULL) != napi_ok || type != napi_uint8_array) {
		napi_throw_type_error(env, NULL, "expected a Uint8Array");
		return false;
	}
	return true;
}

static bool read_map(napi_env env, struct handle *handle, napi_value value, struct bpf_map **map)
{
	char name[MAX_NAME];

	if (!read_string(env, value, name, sizeof(name)))
		return false;
	*map = bpf_object__find_map_by_name(handle->object, name);
	if (!*map)
		throw_native(env, "map", name, ENOENT);
	return *map != NULL;
}

static bool read_sized(napi_env env, napi_value value, size_t want, uint8_t **bytes)
{
	size_t len;

	if (!read_bytes(env, value, bytes, &len))
		return false;
	if (len != want)
		napi_throw_range_error(env, NULL, "key or value has the wrong size for this map");
	return len == want;
}

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

static napi_value undefined(napi_env env)
{
	napi_value value;

	TRY(napi_get_undefined(env, &value));
	return value;
}

/* --- life of a handle --------------------------------------------------------------------------------------------- */

static void let_go(struct handle *handle)
{
	for (int i = 0; i < handle->attached_count; i++)
		bpf_link__destroy(handle->attached[i].link);
	handle->attached_count = 0;
	ring_unmap(&handle->ring);
	bpf_object__close(handle->object);
	handle->object = NULL;
	handle->loaded = false;
}

static void finalize(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	let_go(data);
	free(data);
}

static napi_value js_open(napi_env env, napi_callback_info info)
{
	napi_value args[1], result;
	napi_valuetype type;
	char path[PATH_MAX] = "object";
	struct bpf_object *object;
	struct handle *handle;
	uint8_t *bytes;
	size_t len;

	if (!read_args(env, info, 1, args))
		return NULL;
	TRY(napi_typeof(env, args[0], &type));
	if (type == napi_string) {
		if (!read_string(env, args[0], path, sizeof(path)))
			return NULL;
		object = bpf_object__open_file(path, NULL);
	} else {
		LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "kelpie");
		if (!read_bytes(env, args[0], &bytes, &len))
			return NULL;
		object = bpf_object__open_mem(bytes, len, &opts);
	}
	if (!object)
		return throw_native(env, "open", path, errno);
	handle = calloc(1, sizeof(*handle));
	if (!handle) {
		bpf_object__close(object);
		return throw_native(env, "open", path, ENOMEM);
	}
	handle->object = object;
	if (napi_create_object(env, &result) != napi_ok || napi_wrap(env, result, handle, finalize, NULL, NULL) != napi_ok) {
		finalize(env, handle, NULL);
		return NULL;
	}
	TRY(napi_type_tag_object(env, result, &handle_tag));
	return result;
}

static napi_value js_close(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	napi_value args[1];

	if (!read_args(env, info, 1, args) || !read_handle(env, args[0], &handle))
		return NULL;
	if (handle->object)
		let_go(handle);
	return undefined(env);
}

static napi_value js_configure(napi_env env, napi_callback_info info)
{
	napi_value args[2], names, key, value;
	struct handle *handle;
	struct bpf_map *map;
	napi_valuetype type;
	uint32_t count;
	double entries;
	int error;

	if (!read_args(env, info, 2, args) || !read_open_handle(env, args[0], false, &handle))
		return NULL;
	if (napi_typeof(env, args[1], &type) != napi_ok || type != napi_object) {
		napi_throw_type_error(env, NULL, "expected an object of map sizes");
		return NULL;
	}
	TRY(napi_get_property_names(env, args[1], &names));
	TRY(napi_get_array_length(env, names, &count));
	for (uint32_t i = 0; i < count; i++) {
		TRY(napi_get_element(env, names, i, &key));
		TRY(napi_get_property(env, args[1], key, &value));
		/* A getter is JavaScript, and may have closed it. */
		if (!read_open_handle(env, args[0], false, &handle) || !read_map(env, handle, key, &map))
			return NULL;
		if (napi_get_value_double(env, value, &entries) != napi_ok || !(entries >= 1 && entries <= UINT32_MAX)) {
			napi_throw_range_error(env, NULL, "a map has 1 to 4294967295 entries");
			return NULL;
		}
		error = bpf_map__set_max_entries(map, (uint32_t)entries);
		if (error)
			return throw_native(env, "configure", bpf_map__name(map), error);
	}
	return undefined(env);
}

static napi_value js_load(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	napi_value args[1];
	int error;

	if (!read_args(env, info, 1, args) || !read_open_handle(env, args[0], false, &handle))
		return NULL;
	error = handle->loaded ? -EBUSY : bpf_object__load(handle->object);
	if (error)
		return throw_native(env, "load", "programs", error);
	handle->loaded = true;
	return undefined(env);
}

static bool read_program(napi_env env, struct handle *handle, napi_value value, const char *operation, struct bpf_program **program)
{
	char name[MAX_NAME];

	if (!read_string(env, value, name, sizeof(name)))
		return false;
	*program = bpf_object__find_program_by_name(handle->object, name);
	if (!*program)
		throw_native(env, operation, name, ENOENT);
	return *program != NULL;
}

static napi_value js_attach(napi_env env, napi_callback_info info)
{
	struct bpf_program *program;
	struct bpf_link *link;
	struct handle *handle;
	char path[PATH_MAX];
	napi_value args[3];
	int cgroup, error;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_program(env, handle, args[1], "attach", &program) || !read_string(env, args[2], path, sizeof(path)))
		return NULL;
	if (handle->attached_count == MAX_LINKS)
		return throw_native(env, "attach", bpf_program__name(program), E2BIG);
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0)
		return throw_native(env, "attach", path, errno);
	link = bpf_program__attach_cgroup(program, cgroup);
	error = errno;
	close(cgroup);
	if (!link)
		return throw_native(env, "attach", bpf_program__name(program), error);
	handle->attached[handle->attached_count++] = (struct attached){ program, link };
	return undefined(env);
}

static napi_value js_detach(napi_env env, napi_callback_info info)
{
	struct bpf_program *program;
	struct handle *handle;
	napi_value args[2];
	int kept = 0;

	if (!read_args(env, info, 2, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_program(env, handle, args[1], "detach", &program))
		return NULL;
	for (int i = 0; i < handle->attached_count; i++) {
		if (handle->attached[i].program == program)
			bpf_link__destroy(handle->attached[i].link);
		else
			handle->attached[kept++] = handle->attached[i];
	}
	handle->attached_count = kept;
	return undefined(env);
}

/* --- maps --------------------------------------------------------------------------------------------------------- */

static napi_value js_map_update(napi_env env, napi_callback_info info)
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

static napi_value js_map_lookup(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	struct bpf_map *map;
	napi_value args[3], result;
	uint8_t *key;
	void *value;
	size_t len;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_sized(env, args[2], bpf_map__key_size(map), &key))
		return NULL;
	len = bpf_map__value_size(map);
	if (is_per_cpu(map))
		len = ((len + 7) & ~(size_t)7) * (size_t)libbpf_num_possible_cpus();
	result = new_bytes(env, len, &value);
	if (!result)
		return NULL;
	if (!bpf_map_lookup_elem(bpf_map__fd(map), key, value))
		return result;
	return errno == ENOENT ? undefined(env) : throw_native(env, "map", bpf_map__name(map), errno);
}

static napi_value js_map_delete(napi_env env, napi_callback_info info)
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

static napi_value js_map_keys(napi_env env, napi_callback_info info)
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

static napi_value js_drain_map(napi_env env, napi_callback_info info)
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

/* --- the ring and facts ------------------------------------------------------------------------------------------- */

static napi_value js_drain(napi_env env, napi_callback_info info)
{
	struct handle *handle;
	struct bpf_map *map;
	napi_value args[3], result;
	uint8_t *into;
	ssize_t written;
	size_t room;
	int error;

	if (!read_args(env, info, 3, args) || !read_open_handle(env, args[0], true, &handle) ||
	    !read_map(env, handle, args[1], &map) || !read_bytes(env, args[2], &into, &room))
		return NULL;
	error = ring_map(&handle->ring, map);
	if (error)
		return throw_native(env, "drain", bpf_map__name(map), error);
	written = ring_drain(&handle->ring, into, room);
	if (written < 0) {
		napi_throw_range_error(env, NULL, "the buffer is too small for one record");
		return NULL;
	}
	TRY(napi_create_double(env, (double)written, &result));
	return result;
}

static uint64_t memlock_of(int fd)
{
	char path[64], line[256];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %lu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

static napi_value program_info(napi_env env, const struct bpf_program *program)
{
	struct bpf_prog_info facts = { 0 };
	__u32 size = sizeof(facts);
	napi_value result, value;

	bpf_obj_get_info_by_fd(bpf_program__fd(program), &facts, &size);
	TRY(napi_create_object(env, &result));
	TRY(napi_create_string_utf8(env, bpf_program__name(program), NAPI_AUTO_LENGTH, &value));
	TRY(napi_set_named_property(env, result, "name", value));
	TRY(napi_create_string_utf8(env, bpf_program__section_name(program), NAPI_AUTO_LENGTH, &value));
	TRY(napi_set_named_property(env, result, "section", value));
	TRY(napi_create_uint32(env, facts.id, &value));
	TRY(napi_set_named_property(env, result, "id", value));
	TRY(napi_create_uint32(env, facts.verified_insns, &value));
	TRY(napi_set_named_property(env, result, "verifiedInstructions", value));
	return result;
}

static napi_value js_info(napi_env env, napi_callback_info info)
{
	napi_value args[1], result, programs, value;
	struct bpf_program *program;
	struct handle *handle;
	struct bpf_map *map;
	uint64_t bytes = 0;
	uint32_t count = 0;

	if (!read_args(env, info, 1, args) || !read_open_handle(env, args[0], true, &handle))
		return NULL;
	TRY(napi_create_object(env, &result));
	TRY(napi_create_array(env, &programs));
	bpf_object__for_each_program(program, handle->object) {
		value = program_info(env, program);
		if (!value)
			return NULL;
		TRY(napi_set_element(env, programs, count++, value));
	}
	TRY(napi_set_named_property(env, result, "programs", programs));
	bpf_object__for_each_map(map, handle->object)
		bytes += memlock_of(bpf_map__fd(map));
	TRY(napi_create_double(env, (double)bytes, &value));
	TRY(napi_set_named_property(env, result, "mapBytes", value));
	return result;
}

NAPI_MODULE_INIT()
{
	static const struct {
		const char *name;
		napi_callback call;
	} functions[] = {
		{ "open", js_open },           { "configure", js_configure },  { "load", js_load },
		{ "attach", js_attach },       { "detach", js_detach },        { "mapUpdate", js_map_update },
		{ "mapLookup", js_map_lookup }, { "mapDelete", js_map_delete }, { "mapKeys", js_map_keys },
		{ "drain", js_drain },         { "drainMap", js_drain_map },   { "info", js_info },
		{ "close", js_close },
	};
	napi_value function;

	libbpf_set_print(collect_log);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		TRY(napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function));
		TRY(napi_set_named_property(env, exports, functions[i].name, function));
	}
	return exports;
}
