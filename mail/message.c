#include "mail/message.h"

#include <stdio.h>
#include <time.h>

#include "base/hash.h"
#include "mail/encoding.h"

enum { BOUNDARY_BYTES = 12, DATE_SIZE = 80 };

char *mail_message_id(struct arena *arena, const char *job_id, const struct mail_address *from)
{
    return arena_printf(arena, "%s@%s", job_id, from->domain);
}

/* RFC 5322 §3.3. Not strftime: its names of days and months follow the locale. */
static void format_date(int64_t wall_ms, char text[DATE_SIZE])
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    snprintf(text, DATE_SIZE, "%.3s, %d %.3s %d %02d:%02d:%02d +0000", days + 3 * utc.tm_wday, utc.tm_mday,
             months + 3 * utc.tm_mon, utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static int check_line(const char *what, const char *value, size_t limit, struct err *err)
{
    struct str text = str_of(value);
    if (text.size > limit)
        return err_set(err, ERR_REJECT, "the mail's %s is longer than %zu bytes", what, limit);
    if (str_has_control(text) || !str_is_utf8(text))
        return err_set(err, ERR_REJECT, "the mail's %s holds control characters or is not UTF-8", what);
    return 0;
}

static int check(const struct mail_message *message, struct err *err)
{
    const struct {
        const char *what, *value;
        size_t limit;
    } lines[] = {
        {"subject", message->subject, MAIL_SUBJECT_MAX},
        {"Message-ID", message->message_id, MAIL_MESSAGE_ID_MAX},
        {"sender", message->from.address, MAIL_ADDRESS_MAX},
        {"sender's name", message->from.name, MAIL_NAME_MAX},
        {"recipient", message->to.address, MAIL_ADDRESS_MAX},
        {"recipient's name", message->to.name, MAIL_NAME_MAX},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (check_line(lines[i].what, lines[i].value, lines[i].limit, err) != 0)
            return -1;
    if (!str_is_utf8(str_of(message->text)) || (message->html != NULL && !str_is_utf8(str_of(message->html))))
        return err_set(err, ERR_REJECT, "the mail's text is not UTF-8");
    return 0;
}

static void add_part(struct buf *out, const char *type, const char *text)
{
    buf_printf(out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
               type);
    mail_add_quoted_printable(out, str_of(text));
}

static void add_alternatives(struct buf *out, const struct mail_message *message)
{
    /* "=_" can't stand in quoted-printable text, so no part holds the boundary (RFC 2045 §6.7). */
    uint8_t digest[HASH_SIZE];
    char boundary[2 * BOUNDARY_BYTES + 1];
    hash_sha256(message->message_id, strlen(message->message_id), digest);
    hash_hex(digest, BOUNDARY_BYTES, boundary);
    buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n--=_%s\r\n", boundary,
               boundary);
    add_part(out, "text/plain", message->text);
    buf_printf(out, "\r\n--=_%s\r\n", boundary);
    add_part(out, "text/html", message->html);
    buf_printf(out, "\r\n--=_%s--\r\n", boundary);
}

int mail_message_write(const struct mail_message *message, struct buf *out, struct err *err)
{
    if (check(message, err) != 0)
        return -1;
    char date[DATE_SIZE];
    format_date(message->date_ms, date);
    buf_printf(out, "Date: %s\r\n", date);
    mail_add_header_mailbox(out, "From", message->from.name, message->from.address);
    mail_add_header_mailbox(out, "To", message->to.name, message->to.address);
    buf_printf(out, "Message-ID: <%s>\r\n", message->message_id);
    mail_add_header_text(out, "Subject", str_of(message->subject));
    /* RFC 3834: nobody's holiday notice shall answer. */
    buf_add_text(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    if (message->html == NULL)
        add_part(out, "text/plain", message->text);
    else
        add_alternatives(out, message);
    if (out->overflowed)
        return err_set(err, ERR_REJECT, "the mail is larger than %zu bytes", out->limit);
    return 0;
}
