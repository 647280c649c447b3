/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: check, decode, encode. For the readers and writers, and for whoever
 * quotes a client. */
#ifndef RPC_CORE_UTF8_H
#define RPC_CORE_UTF8_H

#include "mod_rpc.h"

/** Whether all of it is well-formed (RFC 3629: no surrogates, no overlong
 *  forms, nothing above U+10FFFF). Quick where it is ASCII. */
int rpc_utf8_is_valid(const char *text, apr_size_t length);

/** The length of the longest well-formed prefix. */
apr_size_t rpc_utf8_valid_prefix(const char *text, apr_size_t length);

/** Whether XML 1.0 has all characters of well-formed text (section 2.2): of
 *  the controls below U+0020 only TAB, LF and CR, and neither U+FFFE nor
 *  U+FFFF. */
int rpc_utf8_is_xml(const char *text, apr_size_t length);

/** Decode one character of well-formed text. @return its bytes, 1 to 4 */
int rpc_utf8_decode(const char *text, uint32_t *ret_character);

/** Encode one character, at most U+10FFFF. @return its bytes, 1 to 4 */
int rpc_utf8_encode(uint32_t character, char *ret_text);

/** A client's text for a message or a log: at most 64 bytes of it, control
 *  characters made '?'. */
const char *rpc_utf8_quote(const char *text, apr_size_t length,
                           apr_pool_t *pool);

#endif
