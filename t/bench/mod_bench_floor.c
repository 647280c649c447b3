/* SPDX-License-Identifier: Apache-2.0 */
/* What httpd costs with no RPC in it: a content handler that reads the whole
 * body and answers 40 fixed bytes. The floor that ./run bench compares to. */
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"

static const char floor_answer[] =
    "{\"floor\":\"forty bytes, a fixed answer\"}\n";

/* Each brigade of the body, until its end. */
static apr_status_t read_body(request_rec *r, apr_bucket_brigade *brigade)
{
    apr_status_t status;
    int done = 0;

    do {
        apr_bucket *bucket;

        status = ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES,
                                APR_BLOCK_READ, HUGE_STRING_LEN);
        if (status != APR_SUCCESS) {
            return status;
        }
        for (bucket = APR_BRIGADE_FIRST(brigade);
             bucket != APR_BRIGADE_SENTINEL(brigade) && !done;
             bucket = APR_BUCKET_NEXT(bucket)) {
            const char *bytes;
            apr_size_t length;

            done = APR_BUCKET_IS_EOS(bucket);
            if (!APR_BUCKET_IS_METADATA(bucket)) {
                status = apr_bucket_read(bucket, &bytes, &length,
                                         APR_BLOCK_READ);
                if (status != APR_SUCCESS) {
                    return status;
                }
            }
        }
        apr_brigade_cleanup(brigade);
    } while (!done);
    return APR_SUCCESS;
}

static int floor_handler(request_rec *r)
{
    apr_bucket_brigade *brigade;
    apr_status_t status;

    if (r->handler == NULL || strcmp(r->handler, "bench-floor") != 0) {
        return DECLINED;
    }
    brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    status = read_body(r, brigade);
    if (status != APR_SUCCESS) {
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    }
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, sizeof(floor_answer) - 1);
    ap_rwrite(floor_answer, sizeof(floor_answer) - 1, r);
    return OK;
}

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(floor_handler, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(bench_floor) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE
};
