/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals of libbpf and the kernel as the NativeError of addon.ts. */
#ifndef KELPIE_NATIVE_ERROR_H
#define KELPIE_NATIVE_ERROR_H

#define NAPI_VERSION 8
#include <stdarg.h>

#include <bpf/libbpf.h>
#include <node_api.h>

/* Fails only when the engine does (out of memory, terminating): there is nothing left to say then. */
#define TRY(call)                            \
	do {                                 \
		if ((call) != napi_ok)       \
			return NULL;         \
	} while (0)

/* For libbpf_set_print: keeps the end of what libbpf says, by thread. */
int collect_log(enum libbpf_print_level level, const char *format, va_list args);

/* Forgets it; every call from JavaScript begins so. */
void clear_log(void);

/* Throws with what was collected; `error` is an errno or libbpf's own number of either sign. Returns NULL. */
napi_value throw_native(napi_env env, const char *operation, const char *what, int error);

#endif
