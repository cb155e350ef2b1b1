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
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "arguments.h"
#include "handle.h"
#include "maps.h"
#include "native_error.h"
#include "ring.h"

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

/* --- this process -------------------------------------------------------------------------------------------------- */

/* asm-generic/socket.h, for headers older than Linux 5.14. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

static napi_value js_netns_cookie(napi_env env, napi_callback_info info)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	napi_value result;
	bool is_known = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0;

	(void)info;
	if (fd >= 0)
		close(fd);
	if (!is_known)
		return undefined(env);
	TRY(napi_create_double(env, (double)cookie, &result));
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
		{ "close", js_close },       { "netnsCookie", js_netns_cookie },
	};
	napi_value function;

	libbpf_set_print(collect_log);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		TRY(napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function));
		TRY(napi_set_named_property(env, exports, functions[i].name, function));
	}
	return exports;
}
