/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: RFC 3339 and the basic form of XML-RPC. For the readers and
 * writers of the three syntaxes and the argument checker. */
#ifndef RPC_CORE_TIMETEXT_H
#define RPC_CORE_TIMETEXT_H

#include "mod_rpc.h"

/**
 * Read YYYY-MM-DDThh:mm:ss[.fraction][zone] or YYYYMMDDThh:mm:ss[...]; ':'
 * may be missing, T may be a blank, zone is Z, +hh:mm, +hhmm or +hh; none is
 * UTC. Years 0001 to 9999. A leap second (60) is the second after. Digits of
 * the fraction beyond microseconds are cut. The whole text must match.
 * @return 1 and the time, or 0
 */
int rpc_time_parse(const char *text, apr_size_t length, apr_time_t *ret_t);

/** Room that the two functions below need. */
#define RPC_TIME_ROOM 40

/** "2026-11-22T08:30:00Z"; ".123456" before the Z only where not zero.
 *  @return the number of bytes, 0 for a year before 1 or after 9999 */
int rpc_time_format(apr_time_t t, char *ret_text);

/** "20261122T08:30:00", UTC, XML-RPC's dateTime.iso8601.
 *  @return the number of bytes, 0 for a year before 1 or after 9999 */
int rpc_time_format_basic(apr_time_t t, char *ret_text);

#endif
