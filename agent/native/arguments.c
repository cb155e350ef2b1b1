/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.h"

#include <errno.h>
#include <string.h>

const napi_type_tag handle_tag = { 0x6b656c7069655f62ULL, 0x70665f68616e646cULL };

bool read_args(napi_env env, napi_callback_info info, size_t want, napi_value *args)
{
	size_t count = want;

	clear_log();
	if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok)
		return false;
	if (count < want)
		napi_throw_type_error(env, NULL, "too few arguments");
	return count >= want;
}

bool read_handle(napi_env env, napi_value value, struct handle **handle)
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

bool read_open_handle(napi_env env, napi_value value, bool must_be_loaded, struct handle **handle)
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

bool read_string(napi_env env, napi_value value, char *into, size_t size)
{
	size_t len;

	if (napi_get_value_string_utf8(env, value, into, size, &len) != napi_ok || len + 1 >= size || strlen(into) != len) {
		napi_throw_type_error(env, NULL, "expected a string of reasonable length without NUL");
		return false;
	}
	return true;
}

bool read_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *len)
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

bool read_map(napi_env env, struct handle *handle, napi_value value, struct bpf_map **map)
{
	char name[MAX_NAME];

	if (!read_string(env, value, name, sizeof(name)))
		return false;
	*map = bpf_object__find_map_by_name(handle->object, name);
	if (!*map)
		throw_native(env, "map", name, ENOENT);
	return *map != NULL;
}

bool read_sized(napi_env env, napi_value value, size_t want, uint8_t **bytes)
{
	size_t len;

	if (!read_bytes(env, value, bytes, &len))
		return false;
	if (len != want)
		napi_throw_range_error(env, NULL, "key or value has the wrong size for this map");
	return len == want;
}

napi_value undefined(napi_env env)
{
	napi_value value;

	TRY(napi_get_undefined(env, &value));
	return value;
}

bool read_program(napi_env env, struct handle *handle, napi_value value, const char *operation, struct bpf_program **program)
{
	char name[MAX_NAME];

	if (!read_string(env, value, name, sizeof(name)))
		return false;
	*program = bpf_object__find_program_by_name(handle->object, name);
	if (!*program)
		throw_native(env, operation, name, ENOENT);
	return *program != NULL;
}
