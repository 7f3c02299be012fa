/* purser mail ADDRESS: sends one mail by PURSER_MAIL_URL, so that an operator sees whether mail works before
 * users do. */

#include "mail/mail.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/settings.h"
#include "cli/command.h"
#include "mail/message.h"

static int send_to(struct arena *arena, const char *to, struct err *err)
{
    struct mail_message message = {
        .date_ms = clock_wall_ms(),
        .subject = "A mail from Purser, to see that mail works",
        .text = "This mail was sent by the command `purser mail`. It came through, so codes and statements "
                "will.\n",
        .html =
            "<p>This mail was sent by the command <code>purser mail</code>. It came through, so codes and "
            "statements will.</p>\n",
    };
    if (mail_address_parse(arena, str_of(settings.mail_from), &message.from, err) != 0)
        return err_wrap(err, "PURSER_MAIL_FROM");
    if (mail_address_parse(arena, str_of(to), &message.to, err) != 0)
        return -1;
    struct id id = id_new();
    char text[ID_TEXT_SIZE];
    id_format(&id, text);
    message.message_id = mail_message_id(arena, text, &message.from);
    struct buf bytes;
    buf_init(&bytes, MAIL_MESSAGE_MAX);
    int failed = mail_message_write(&message, &bytes, err);
    if (failed == 0) {
        struct mail_envelope envelope = {message.from.address, message.to.address, message.message_id};
        struct mail_route route = mail_route_of_settings();
        bool unknown;
        failed = mail_send(&route, &envelope, (struct str){bytes.data, bytes.size}, &unknown, err);
    }
    buf_free(&bytes);
    if (failed == 0)
        printf("sent <%s>\n", message.message_id);
    return failed;
}

static int run(int argc, char **argv, struct err *err)
{
    if (argc != 2)
        return EXIT_USAGE;
    struct arena arena;
    arena_init(&arena);
    int failed = send_to(&arena, argv[1], err);
    arena_free(&arena);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_mail = {
    .name = "mail",
    .usage = "ADDRESS",
    .summary = "Send a mail to see that PURSER_MAIL_URL works",
    .run = run,
};
