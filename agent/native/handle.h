/* SPDX-License-Identifier: Apache-2.0 */
/* What open() of addon.ts gives: an object, its links and its ring. */
#ifndef KELPIE_HANDLE_H
#define KELPIE_HANDLE_H

#include <stdbool.h>

#include <bpf/libbpf.h>
#define NAPI_VERSION 8
#include <node_api.h>

#include "ring.h"

#define MAX_LINKS 64

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

/* Tells a handle from other objects. */
extern const napi_type_tag handle_tag;

#endif
