/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of addon.ts on maps. */
#ifndef KELPIE_MAPS_H
#define KELPIE_MAPS_H

#define NAPI_VERSION 8
#include <node_api.h>

napi_value js_map_update(napi_env env, napi_callback_info info);
napi_value js_map_lookup(napi_env env, napi_callback_info info);
napi_value js_map_delete(napi_env env, napi_callback_info info);
napi_value js_map_keys(napi_env env, napi_callback_info info);
napi_value js_drain_map(napi_env env, napi_callback_info info);

#endif
