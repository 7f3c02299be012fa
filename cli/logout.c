/* purser logout: ends the session at the instance, which refuses its tokens from then on, and forgets it
 * here. */

#include <stdio.h>

#include "cli/command.h"
#include "cli/session.h"

static int run(int argc, char **argv, struct err *err)
{
    (void)argv;
    if (argc != 1)
        return EXIT_USAGE;
    struct arena arena;
    struct http_reply reply;
    struct http_request request = {.method = "DELETE", .path = "/v1/sessions/current"};
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    arena_init(&arena);
    int failed = http_send(http, &arena, &request, &reply, err);
    if (failed == 0 && reply.status != 204 && reply.status != 401)
        failed = err_set(err, ERR_RETRY, "the session is not ended: %s", http_text(reply.body, "title"));
    arena_free(&arena);
    http_close(http);
    if (failed != 0 || session_forget(err) != 0)
        return EXIT_FAILED;
    puts("logged out");
    return EXIT_OK;
}

const struct command command_logout = {
    .name = "logout",
    .usage = "",
    .summary = "End the session",
    .run = run,
};
