/* SPDX-License-Identifier: Apache-2.0 */
/* httpd -t -D DUMP_RPC: the endpoints and their methods on standard output.
 * For administrators, by way of mod_rpc.c. */
#include "apr_file_io.h"
#include "apr_strings.h"

#include "config/config.h"

typedef struct dump_t {
    apr_pool_t *pool;
    apr_file_t *out;
} dump_t;

static const char *flag_text(const rpc_entry_t *entry, apr_pool_t *pool)
{
    return apr_pstrcat(pool, entry->flags & RPC_SAFE ? ", safe" : "",
                       entry->flags & RPC_BLOCKING ? ", blocking" : "",
                       entry->flags & RPC_HIDDEN ? ", hidden" : "",
                       entry->flags & RPC_DEPRECATED ? ", deprecated" : "",
                       NULL);
}

static void dump_entry(const dump_t *dump, const rpc_entry_t *entry)
{
    const char *declared =
        apr_pstrcat(dump->pool, entry->mounted->prefix,
                    entry->signature->name, NULL);
    const char *alias = "";

    if (strcmp(declared, entry->name) != 0) {
        alias = apr_pstrcat(dump->pool, ", alias of ", declared, NULL);
    }
    apr_file_printf(dump->out, "    %s: %s [table %s%s%s]\n", entry->name,
                    entry->signature->text, entry->mounted->table->name,
                    flag_text(entry, dump->pool), alias);
}

/* Of this section alone: what surrounds it is listed where it stands. */
static void dump_methods(const dump_t *dump, rpc_mount_t *mount)
{
    rpc_registry_t registry = {mount, NULL};
    const apr_array_header_t *entries =
        rpc_registry_list(&registry, 0, dump->pool);
    int i;

    for (i = 0; i < entries->nelts; i++) {
        dump_entry(dump, APR_ARRAY_IDX(entries, i, const rpc_entry_t *));
    }
    for (i = 0; i < rpc_mount_count(mount); i++) {
        const rpc_mounted_t *mounted = rpc_mount_at(mount, i);

        if (mounted->table->dispatch != NULL) {
            apr_file_printf(dump->out,
                            "    %s*: any other name "
                            "[table %s, dispatch]\n",
                            mounted->prefix, mounted->table->name);
        }
    }
}

/* "<Location "/rpc">" as it was written, with what is around it. */
static const char *section_text(const rpc_section_t *section,
                                apr_pool_t *pool)
{
    const ap_directive_t *around = section->directive->parent;
    const char *text = NULL;

    for (; around != NULL; around = around->parent) {
        apr_size_t length = strlen(around->args);
        int closed = length > 0 && around->args[length - 1] == '>';

        text = apr_pstrcat(pool, around->directive, " ", around->args,
                           closed ? "" : ">", text != NULL ? " " : "", text,
                           NULL);
    }
    return text != NULL ? text : "server config";
}

/* One line, if pages of other origins may call. */
static void dump_origins(const dump_t *dump, const rpc_dir_config_t *now)
{
    const rpc_origins_t *origins = now->allow_origin;

    if (origins == NULL || (!origins->any && origins->names->nelts == 0)) {
        return;
    }
    apr_file_printf(dump->out, "  origins: %s; credentials: %s\n",
                    origins->any ? "*"
                                 : apr_array_pstrcat(dump->pool,
                                                     origins->names, ' '),
                    now->allow_credentials ? "on" : "off");
}

/* What holds there: the section's own over its server's. */
static void dump_settings(const dump_t *dump, const rpc_section_t *section)
{
    static const char *const policies[] = {"safe", "all", "off"};
    rpc_dir_config_t *merged = rpc_config_merge_dir(
        dump->pool,
        (void *)rpc_config_of(section->server->lookup_defaults),
        (void *)section->config);
    rpc_dir_config_t now;

    rpc_config_resolve(merged, &now);
    apr_file_printf(dump->out, "  protocols:%s%s%s; GET: %s; "
                    "introspection: %s; multicall: %s\n",
                    now.protocols & RPC_SPEAKS_JSONRPC ? " jsonrpc" : "",
                    now.protocols & RPC_SPEAKS_XMLRPC ? " xmlrpc" : "",
                    now.protocols & RPC_SPEAKS_PYRPC ? " pyrpc" : "",
                    policies[now.get_policy],
                    now.introspection ? "on" : "off",
                    now.multicall ? "on" : "off");
    apr_file_printf(dump->out,
                    "  limits: body %" APR_INT64_T_FMT
                    ", depth %" APR_INT64_T_FMT
                    ", values %" APR_INT64_T_FMT
                    ", batch %" APR_INT64_T_FMT
                    ", string %" APR_INT64_T_FMT "\n",
                    now.max_body, now.max_depth, now.max_values,
                    now.max_batch, now.max_string);
    dump_origins(dump, &now);
    if (now.websocket) {
        apr_file_printf(dump->out, "  WebSocket: pending %" APR_INT64_T_FMT
                        ", queue %" APR_INT64_T_FMT "\n",
                        now.peer_max_pending, now.peer_max_queue);
    }
}

static const char *server_text(const server_rec *server, apr_pool_t *pool)
{
    const char *name = server->server_hostname;

    if (name == NULL) {
        name = "main server";
    }
    if (!server->is_virtual) {
        return name;
    }
    return apr_psprintf(pool, "%s (virtual host, %s:%u)", name,
                        server->defn_name != NULL ? server->defn_name : "?",
                        server->defn_line_number);
}

/* What listens without HTTP; its methods are those of a section above. */
static void dump_streams(const dump_t *dump, const server_rec *server)
{
    const rpc_server_config_t *main_config = rpc_config_of_server(server);
    const server_addr_rec *address;

    for (server = server->next; server != NULL; server = server->next) {
        const rpc_server_config_t *config = rpc_config_of_server(server);

        if (config == main_config || config->stream == NULL) {
            continue;
        }
        for (address = server->addrs; address != NULL;
             address = address->next) {
            apr_file_printf(dump->out, "%s:%u (%s:%d), stream %s\n",
                            address->virthost, (unsigned)address->host_port,
                            config->stream->directive->filename,
                            config->stream->directive->line_num,
                            rpc_config_stream_text(config->stream,
                                                   dump->pool));
        }
    }
}

void rpc_config_dump(apr_pool_t *pconf, server_rec *server)
{
    const apr_array_header_t *sections = rpc_config_sections(pconf);
    dump_t dump;
    int i;

    apr_pool_create(&dump.pool, pconf);
    if (apr_file_open_stdout(&dump.out, dump.pool) == APR_SUCCESS) {
        apr_file_printf(dump.out, "RPC endpoints:%s\n",
                        sections == NULL ? " none" : "");
        for (i = 0; sections != NULL && i < sections->nelts; i++) {
            const rpc_section_t *section =
                &APR_ARRAY_IDX(sections, i, rpc_section_t);

            apr_file_printf(dump.out, "%s (%s:%d), server %s\n",
                            section_text(section, dump.pool),
                            section->directive->filename,
                            section->directive->line_num,
                            server_text(section->server, dump.pool));
            dump_settings(&dump, section);
            dump_methods(&dump, section->mount);
        }
        dump_streams(&dump, server);
    }
    apr_pool_destroy(dump.pool);
}
