#include "api/auth.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/reply.h"
#include "api/token_cache.h"
#include "api/turn.h"
#include "base/settings.h"

enum { CHECKS_AT_ONCE = 2, SESSIONS_PER_CHECK = 512 };

/* One request that waits for its session's state. */
struct asking {
    struct request *request;
    struct token_claims claims;
    void (*next)(struct request *request);
    struct asking *after;
};

struct auth {
    struct api *api;
    struct token_rules rules;
    struct token_cache *cache;
    struct turn turn;
    struct asking *first, **last;
    int checks_running;
};

/* One statement for the sessions of many requests. */
struct check {
    struct auth *auth;
    struct arena arena;
    struct db_params params;
    struct asking *list;
};

static void flush(void *arg);

struct auth *auth_new(struct api *api, const struct signing_keys *keys)
{
    struct auth *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        abort();
    auth->api = api;
    auth->rules = (struct token_rules){keys, settings.token_issuer, settings.token_audience};
    auth->cache = token_cache_new((size_t)settings.token_cache);
    auth->last = &auth->first;
    turn_init(&auth->turn, api->loop, flush, auth);
    return auth;
}

static void on_closed(uv_handle_t *handle)
{
    struct turn *turn = handle->data;
    struct auth *auth = turn->arg;
    token_cache_free(auth->cache);
    free(auth);
}

void auth_close(struct auth *auth)
{
    uv_close((uv_handle_t *)&auth->turn.check, NULL);
    uv_close((uv_handle_t *)&auth->turn.prepare, on_closed);
}

const struct token_rules *auth_rules(const struct auth *auth)
{
    return &auth->rules;
}

/* Sessions */

static void let_in(struct asking *asking, const struct db_rows *rows)
{
    struct request *request = asking->request;
    for (int i = 0; i < rows->count; i++) {
        struct id session = rows_id(rows, i, 0), user = rows_id(rows, i, 1);
        if (!id_equal(&session, &asking->claims.session) || !id_equal(&user, &asking->claims.user))
            continue;
        request->user = user;
        request->session = session;
        request->is_admin = rows_bool(rows, i, 2);
        if (request->route->access == ACCESS_ADMIN && !request->is_admin)
            reply_problem(request, PROBLEM_FORBIDDEN, "this is for operators (role admin)");
        else
            asking->next(request);
        return;
    }
    reply_problem(request, PROBLEM_TOKEN_REVOKED, "its session was ended");
}

static void on_checked(void *arg, struct db_answer *answer)
{
    struct check *check = arg;
    check->auth->checks_running--;
    if (check->auth->first != NULL)
        turn_mark(&check->auth->turn);
    for (struct asking *asking = check->list, *after; asking != NULL; asking = after) {
        after = asking->after; /* asking is its request's and goes with it */
        if (answer->result != 0)
            reply_error(asking->request, &answer->err);
        else
            let_in(asking, &answer->rows);
    }
    arena_free(&check->arena);
    free(check);
}

static void flush(void *arg)
{
    struct auth *auth = arg;
    if (auth->first == NULL || auth->checks_running == CHECKS_AT_ONCE)
        return;
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL)
        abort();
    check->auth = auth;
    arena_init(&check->arena);
    check->list = auth->first;
    struct id *sessions = arena_array(&check->arena, SESSIONS_PER_CHECK, sizeof *sessions);
    size_t count = 0;
    struct asking **place = &check->list;
    while (*place != NULL && count < SESSIONS_PER_CHECK) {
        sessions[count++] = (*place)->claims.session;
        place = &(*place)->after;
    }
    auth->first = *place;
    *place = NULL;
    if (auth->first == NULL)
        auth->last = &auth->first;
    else
        turn_mark(&auth->turn);
    db_params_init(&check->params, &check->arena);
    db_add_ids(&check->params, sessions, NULL, count);
    db_add_time(&check->params, check->list->request->now_ms);
    auth->checks_running++;
    db_pool_run(auth->api->pool, &sql_session_check, &check->params, on_checked, check);
}

static void ask_session(struct asking *asking)
{
    struct auth *auth = asking->request->api->auth;
    *auth->last = asking;
    auth->last = &asking->after;
    turn_mark(&auth->turn);
}

/* Tokens */

struct judging {
    uv_work_t work;
    struct asking *asking;
    struct str text;
    uint8_t digest[HASH_SIZE];
    enum token_verdict verdict;
};

static void refuse(struct request *request, enum token_verdict verdict)
{
    static const enum problem problems[] = {
        [TOKEN_MALFORMED] = PROBLEM_TOKEN_MALFORMED,
        [TOKEN_FORGED] = PROBLEM_TOKEN_FORGED,
        [TOKEN_EXPIRED] = PROBLEM_TOKEN_EXPIRED,
    };
    reply_problem(request, problems[verdict], NULL);
}

static void on_judge(uv_work_t *work)
{
    struct judging *judging = work->data;
    struct request *request = judging->asking->request;
    judging->verdict = token_verify(request->arena, auth_rules(request->api->auth), judging->text,
                                    request->now_ms, &judging->asking->claims);
}

static void on_judged(uv_work_t *work, int status)
{
    (void)status; /* never cancelled */
    struct judging *judging = work->data;
    struct request *request = judging->asking->request;
    if (judging->verdict != TOKEN_GOOD) {
        refuse(request, judging->verdict);
        return;
    }
    token_cache_add(request->api->auth->cache, judging->digest, &judging->asking->claims);
    ask_session(judging->asking);
}

/* A signature takes most of a millisecond: not on the loop. */
static void judge(struct asking *asking, struct str text, const uint8_t digest[HASH_SIZE])
{
    struct request *request = asking->request;
    struct judging *judging = arena_alloc(request->arena, sizeof *judging);
    *judging = (struct judging){.asking = asking, .text = text};
    memcpy(judging->digest, digest, HASH_SIZE);
    judging->work.data = judging;
    if (uv_queue_work(request->api->loop, &judging->work, on_judge, on_judged) != 0)
        reply_retry_after(request, PROBLEM_BUSY, 1, NULL);
}

/* The token of the request; -1 when it has none, or two that differ. */
static int find_token(const struct request *request, struct str *token)
{
    struct str bearer = head_find(request->head, "authorization"),
               plain = head_find(request->head, "x-access-token");
    if (bearer.data != NULL && !str_starts_nocase(bearer, "bearer "))
        return -1;
    if (bearer.data != NULL)
        bearer = str_trim((struct str){bearer.data + 7, bearer.size - 7});
    *token = bearer.data != NULL ? bearer : plain;
    return token->data == NULL || (bearer.data != NULL && plain.data != NULL && !str_equal(bearer, plain))
               ? -1
               : 0;
}

void auth_check(struct request *request, void (*next)(struct request *request))
{
    struct auth *auth = request->api->auth;
    struct str token;
    if (find_token(request, &token) != 0) {
        bool is_there = head_find(request->head, "authorization").data != NULL;
        reply_problem(request, is_there ? PROBLEM_TOKEN_MALFORMED : PROBLEM_TOKEN_MISSING,
                      "send Authorization: Bearer TOKEN");
        return;
    }
    if (token.size == 0 || token.size > TOKEN_MAX_BYTES) {
        reply_problem(request, PROBLEM_TOKEN_MALFORMED, NULL);
        return;
    }
    struct asking *asking = arena_alloc(request->arena, sizeof *asking);
    *asking = (struct asking){.request = request, .next = next};
    uint8_t digest[HASH_SIZE];
    hash_sha256(token.data, token.size, digest);
    const struct token_claims *known = token_cache_find(auth->cache, digest);
    if (known == NULL) {
        judge(asking, token, digest);
    } else if (known->expires_s <= request->now_ms / 1000) {
        refuse(request, TOKEN_EXPIRED);
    } else {
        asking->claims = *known;
        ask_session(asking);
    }
}
