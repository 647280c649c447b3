/* SPDX-License-Identifier: Apache-2.0 */
/* httpd as the host of the core: what server_info says of it, and retiring a
 * child. For transports, which give it to their callers. */
#ifndef RPC_TRANSPORT_ADMIN_H
#define RPC_TRANSPORT_ADMIN_H

#include "core/message.h"

extern const rpc_admin_t rpc_admin_httpd;

#endif
