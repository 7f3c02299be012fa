#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/settings.h"

enum {
    PATH_SIZE = 4096,
    STATE_MAX = 64 * 1024,
    RENEW_EARLY_MS = 30000,
    DEADLINE_MS = 30000,
    PAGE_SIZE = 500
};

static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        *slash = '/';
        if (failed)
            return -1;
    }
    return 0;
}

/* The instance's file, opened and locked; created empty. */
static int open_state(struct err *err)
{
    char path[PATH_SIZE], name[HASH_HEX_SIZE];
    uint8_t digest[HASH_SIZE];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    hash_sha256(settings.url, strlen(settings.url), digest);
    hash_hex(digest, 16, name);
    int size = state != NULL && state[0] == '/'
                   ? snprintf(path, sizeof path, "%s/purser/%s.json", state, name)
               : home != NULL ? snprintf(path, sizeof path, "%s/.local/state/purser/%s.json", home, name)
                              : PATH_SIZE;
    if (size >= PATH_SIZE)
        return err_set(err, ERR_REJECT,
                       "there is no place for the session: neither XDG_STATE_HOME nor HOME is set");
    int fd = make_folders(path) == 0 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd < 0)
        return err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    if (fchmod(fd, 0600) == 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    close(fd);
    return -1;
}

static json_t *read_state(int fd, struct arena *arena)
{
    char *text = arena_alloc(arena, STATE_MAX);
    ssize_t size = pread(fd, text, STATE_MAX, 0);
    json_t *state = size > 0 ? json_loadb(text, (size_t)size, 0, NULL) : NULL;
    return state == NULL ? NULL : json_own(arena, state);
}

/* In place: the lock is on the file. A torn write asks for a new login, no more. */
static int write_state(int fd, struct arena *arena, json_t *tokens, struct err *err)
{
    int64_t expires_ms = clock_wall_ms() + json_integer_value(json_object_get(tokens, "expires_in")) * 1000;
    json_t *state = json_own(arena, json_pack("{ss ss sI}", "access_token", http_text(tokens, "access_token"),
                                              "refresh_token", http_text(tokens, "refresh_token"),
                                              "expires_ms", (json_int_t)expires_ms));
    const char *text = json_write(arena, state);
    ssize_t size = (ssize_t)strlen(text);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)size, 0) != size || fsync(fd) != 0)
        return err_set(err, ERR_RETRY, "the session can't be kept: %s", strerror(errno));
    return 0;
}

static int renew(struct http *http, int fd, struct arena *arena, json_t **state, struct err *err)
{
    json_t *body = json_pack("{ss}", "refresh_token", http_text(*state, "refresh_token"));
    struct http_request request = {
        .method = "POST", .path = "/v1/sessions/refresh", .body = json_write(arena, json_own(arena, body))};
    struct http_reply reply;
    if (http_send(http, arena, &request, &reply, err) != 0)
        return -1;
    if (reply.status == 401)
        return err_set(err, ERR_REJECT, "the session has ended; `purser login` opens another");
    if (reply.status != 200)
        return err_set(err, ERR_RETRY, "the session can't be renewed: %s", http_text(reply.body, "title"));
    *state = reply.body;
    return write_state(fd, arena, reply.body, err);
}

static int use_session(struct http *http, struct arena *arena, struct err *err)
{
    int fd = open_state(err), failed = 0;
    if (fd < 0)
        return -1;
    json_t *state = read_state(fd, arena);
    if (state == NULL)
        failed =
            err_set(err, ERR_REJECT, "nobody is logged in at %s; use `purser login USERNAME`", settings.url);
    else if (json_integer_value(json_object_get(state, "expires_ms")) < clock_wall_ms() + RENEW_EARLY_MS)
        failed = renew(http, fd, arena, &state, err);
    if (failed == 0)
        http_use_token(http, http_text(state, "access_token"));
    close(fd);
    return failed;
}

int session_open(struct session *session, struct err *err)
{
    *session = (struct session){.http = http_open(settings.url, DEADLINE_MS, err)};
    arena_init(&session->arena);
    if (session->http == NULL)
        return -1;
    if (settings.token[0] == '\0')
        return use_session(session->http, &session->arena, err);
    http_use_token(session->http, settings.token);
    return 0;
}

void session_close(struct session *session)
{
    http_close(session->http);
    arena_free(&session->arena);
}

int session_keep(json_t *tokens, struct err *err)
{
    struct arena arena;
    int fd = open_state(err);
    if (fd < 0)
        return -1;
    arena_init(&arena);
    int failed = write_state(fd, &arena, tokens, err);
    arena_free(&arena);
    close(fd);
    return failed;
}

int session_forget(struct err *err)
{
    int fd = open_state(err);
    if (fd < 0)
        return -1;
    int failed =
        ftruncate(fd, 0) != 0 ? err_set(err, ERR_RETRY, "the session stays: %s", strerror(errno)) : 0;
    close(fd);
    return failed;
}

int session_list(struct session *session, const char *path, size_t limit, json_t **items, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *cursor = "";
    *items = json_own(arena, json_array());
    while (json_array_size(*items) < limit) {
        size_t left = limit - json_array_size(*items);
        struct http_reply page;
        const char *page_path = arena_printf(
            arena, "%s%slimit=%zu%s%s", path, strchr(path, '?') == NULL ? "?" : "&",
            left < PAGE_SIZE ? left : (size_t)PAGE_SIZE, cursor[0] == '\0' ? "" : "&cursor=", cursor);
        if (http_get(session->http, arena, page_path, &page, err) != 0)
            return -1;
        json_array_extend(*items, json_object_get(page.body, "data"));
        cursor = http_text(page.body, "next_cursor");
        if (cursor[0] == '\0')
            break;
    }
    return 0;
}

static int find_named(struct session *session, const char *path, const char *what, const char *name,
                      const char **id, struct err *err)
{
    json_t *items, *item;
    size_t i, found = 0;
    if (session_list(session, path, SIZE_MAX, &items, err) != 0)
        return -1;
    json_array_foreach(items, i, item)
    {
        const char *item_id = http_text(item, "id");
        if (strcmp(item_id, name) != 0 && strcasecmp(http_text(item, "name"), name) != 0)
            continue;
        *id = item_id;
        found++;
    }
    if (found == 0)
        return err_set(err, ERR_REJECT, "there is no %s '%s'", what, name);
    return found == 1
               ? 0
               : err_set(err, ERR_REJECT, "there are %zu %s of the name '%s': use the id", found, what, name);
}

int session_find_account(struct session *session, const char *name, const char **id, struct err *err)
{
    return find_named(session, "/v1/accounts", "account", name, id, err);
}

int session_find_category(struct session *session, const char *name, const char **id, struct err *err)
{
    return find_named(session, "/v1/categories", "category", name, id, err);
}
