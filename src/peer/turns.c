/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that carry no id go out in the order of the requests: those of
 * pyrpc. For incoming.c. */
#include <stdlib.h>

#include "peer/session.h"

rpc_turn_t *rpc_turn_take(rpc_peer_t *peer)
{
    rpc_turn_t *turn = rpc_peer_allocate(sizeof(*turn));

    rpc_peer_lock(peer);
    if (peer->turns == NULL) {
        peer->last_turn = &peer->turns;
    }
    *peer->last_turn = turn;
    peer->last_turn = &turn->next;
    rpc_peer_unlock(peer);
    return turn;
}

/* The text of the first turn if it is there; that turn is over then. */
static rpc_writer_t *next_text(rpc_peer_t *peer)
{
    rpc_turn_t *turn = peer->turns;
    rpc_writer_t *text;

    if (turn == NULL || turn->text == NULL) {
        return NULL;
    }
    text = turn->text;
    peer->turns = turn->next;
    free(turn);
    return text;
}

void rpc_turn_send(rpc_peer_t *peer, rpc_turn_t *turn, rpc_writer_t *text)
{
    rpc_writer_t *due = NULL;
    int sends;

    rpc_peer_lock(peer);
    turn->text = text;
    sends = !peer->takes_turns;
    if (sends) {
        due = next_text(peer);
        peer->takes_turns = due != NULL;
    }
    rpc_peer_unlock(peer);
    /* Another thread that comes meanwhile leaves its text to this one. */
    while (due != NULL) {
        if (due->length > 0) {
            rpc_peer_answer(peer, due->data, due->length);
        }
        rpc_writer_destroy(due);
        rpc_peer_lock(peer);
        due = next_text(peer);
        peer->takes_turns = due != NULL;
        rpc_peer_unlock(peer);
    }
}

void rpc_turn_free_all(rpc_peer_t *peer)
{
    while (peer->turns != NULL) {
        rpc_turn_t *turn = peer->turns;

        peer->turns = turn->next;
        rpc_writer_destroy(turn->text);
        free(turn);
    }
}
