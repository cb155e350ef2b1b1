/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of calls from JavaScript: each reader throws a TypeError and returns false if it is not what is wanted. */
#ifndef KELPIE_ARGUMENTS_H
#define KELPIE_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handle.h"
#include "native_error.h"

/* The longest name of a program or map. */
#define MAX_NAME 256

/* Begins every call: forgets what libbpf said, and reads as many arguments as are wanted. */
bool read_args(napi_env env, napi_callback_info info, size_t want, napi_value *args);

bool read_handle(napi_env env, napi_value value, struct handle **handle);

/* Throws ECLOSED or ENOTLOADED too. */
bool read_open_handle(napi_env env, napi_value value, bool must_be_loaded, struct handle **handle);

bool read_string(napi_env env, napi_value value, char *into, size_t size);

bool read_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *len);

bool read_sized(napi_env env, napi_value value, size_t want, uint8_t **bytes);

/* By name; throws ENOENT. */
bool read_map(napi_env env, struct handle *handle, napi_value value, struct bpf_map **map);
bool read_program(napi_env env, struct handle *handle, napi_value value, const char *operation, struct bpf_program **program);

napi_value undefined(napi_env env);

#endif
