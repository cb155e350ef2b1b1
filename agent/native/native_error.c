/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native_error.h"

static _Thread_local char log_text[8192];
static _Thread_local size_t log_len;

/* A verifier log is long; its last lines tell why. */
int collect_log(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	if (level == LIBBPF_DEBUG)
		return 0;
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len <= 0 || !(text = malloc((size_t)len + 1)))
		return 0;
	vsnprintf(text, (size_t)len + 1, format, args);
	const char *tail = (size_t)len < sizeof(log_text) ? text : text + len - (sizeof(log_text) - 1);
	size_t keep = strlen(tail);
	if (log_len + keep >= sizeof(log_text)) {
		size_t drop = log_len + keep - (sizeof(log_text) - 1);
		memmove(log_text, log_text + drop, log_len - drop);
		log_len -= drop;
	}
	memcpy(log_text + log_len, tail, keep);
	log_len += keep;
	log_text[log_len] = 0;
	free(text);
	return len;
}

void clear_log(void)
{
	log_len = 0;
	log_text[0] = 0;
}

static const char *code_of(int error)
{
	static char number[24];
	switch (error) {
#define CODE(name) case name: return #name
	CODE(EPERM); CODE(ENOENT); CODE(EIO); CODE(E2BIG); CODE(EBADF); CODE(EAGAIN); CODE(ENOMEM); CODE(EACCES);
	CODE(EFAULT); CODE(EBUSY); CODE(EEXIST); CODE(ENODEV); CODE(ENOTDIR); CODE(EISDIR); CODE(EINVAL); CODE(EMFILE);
	CODE(ENFILE); CODE(ENOSPC); CODE(ERANGE); CODE(ENOSYS); CODE(EOPNOTSUPP); CODE(ELOOP); CODE(ESRCH); CODE(ENAMETOOLONG);
#undef CODE
	case LIBBPF_ERRNO__FORMAT: return "EFORMAT"; /* not an object file */
	case LIBBPF_ERRNO__VERIFY: return "EVERIFY";
	case 524: return "ENOTSUPP"; /* the kernel's own, not in errno.h */
	}
	snprintf(number, sizeof(number), "E%d", error);
	return number;
}

napi_value throw_native(napi_env env, const char *operation, const char *what, int error)
{
	napi_value message, value, thrown;
	char text[512];

	error = error < 0 ? -error : error;
	const char *code = code_of(error);
	snprintf(text, sizeof(text), "%s %s: %s", operation, what, code);
	TRY(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message));
	TRY(napi_create_error(env, NULL, message, &thrown));
	TRY(napi_create_string_utf8(env, operation, NAPI_AUTO_LENGTH, &value));
	TRY(napi_set_named_property(env, thrown, "operation", value));
	TRY(napi_create_int32(env, error, &value));
	TRY(napi_set_named_property(env, thrown, "errno", value));
	TRY(napi_create_string_utf8(env, code, NAPI_AUTO_LENGTH, &value));
	TRY(napi_set_named_property(env, thrown, "code", value));
	TRY(napi_create_string_utf8(env, log_text, log_len, &value));
	TRY(napi_set_named_property(env, thrown, "log", value));
	napi_throw(env, thrown);
	return NULL;
}
