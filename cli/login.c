/*
 * purser login USERNAME: opens a session and keeps it (cli/session.h). The password is asked for on the
 * terminal without showing it, or read as one line of standard input.
 */

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "base/settings.h"
#include "cli/command.h"
#include "cli/session.h"

enum { PASSWORD_SIZE = 1026, DEADLINE_MS = 30000 };

static int read_line(char password[PASSWORD_SIZE], struct err *err)
{
    if (fgets(password, PASSWORD_SIZE, stdin) == NULL)
        return err_set(err, ERR_REJECT, "there is no password");
    size_t size = strcspn(password, "\n");
    if (password[size] != '\n' && size + 1 == PASSWORD_SIZE)
        return err_set(err, ERR_REJECT, "the password is too long");
    password[size] = '\0';
    return 0;
}

static int ask(char password[PASSWORD_SIZE], struct err *err)
{
    struct termios shown, hidden;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0)
        return read_line(password, err);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden.c_lflag |= ECHONL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden); /* before the prompt: what is typed from then on counts */
    fputs("Password: ", stderr);
    int failed = read_line(password, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    return failed;
}

static int log_in(struct http *http, struct arena *arena, const char *name, const char *password,
                  struct err *err)
{
    const char *field = strchr(name, '@') == NULL ? "username" : "email";
    json_t *body = json_pack("{ss ss}", field, name, "password", password);
    if (body == NULL)
        return err_set(err, ERR_REJECT, "the name or the password is not UTF-8");
    struct http_request request = {
        .method = "POST", .path = "/v1/sessions", .body = json_write(arena, json_own(arena, body))};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    return session_keep(reply.body, err);
}

static int run(int argc, char **argv, struct err *err)
{
    char password[PASSWORD_SIZE];
    struct arena arena;
    if (argc != 2)
        return EXIT_USAGE;
    struct http *http = http_open(settings.url, DEADLINE_MS, err);
    if (http == NULL)
        return EXIT_FAILED;
    arena_init(&arena);
    int failed = ask(password, err);
    if (failed == 0)
        failed = log_in(http, &arena, argv[1], password, err);
    sodium_memzero(password, sizeof password);
    if (failed == 0)
        printf("logged in at %s as %s\n", settings.url, argv[1]);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_login = {
    .name = "login",
    .usage = "USERNAME|EMAIL",
    .summary = "Open a session; the password comes from the terminal or from standard input",
    .run = run,
};
