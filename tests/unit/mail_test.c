#include <check.h>
#include <string.h>

#include "mail/encoding.h"
#include "mail/mail.h"
#include "mail/message.h"
#include "mail/template.h"

static struct arena arena;
static struct buf out;

static void set_up(void)
{
    arena_init(&arena);
    buf_init(&out, 64 * 1024);
}

static void tear_down(void)
{
    buf_free(&out);
    arena_free(&arena);
}

static int parse(const char *text, struct mail_address *address)
{
    struct err err;
    return mail_address_parse(&arena, str_of(text), address, &err);
}

START_TEST(an_address_is_taken_bare_or_with_a_name)
{
    struct mail_address address;
    ck_assert_int_eq(parse("ada@example.org", &address), 0);
    ck_assert_str_eq(address.address, "ada@example.org");
    ck_assert_str_eq(address.name, "");
    ck_assert_int_eq(parse("\"Lovelace, Ada\" <ada+x@mail.example.org>", &address), 0);
    ck_assert_str_eq(address.name, "Lovelace, Ada");
    ck_assert_str_eq(address.address, "ada+x@mail.example.org");
    ck_assert_str_eq(address.domain, "mail.example.org");
    ck_assert_int_eq(parse("Zoë <zoë@bücher.example>", &address), 0);
}
END_TEST

START_TEST(an_address_that_could_end_a_line_or_a_command_is_refused)
{
    static const char *const bad[] = {
        "",
        "@",
        "a@",
        "@b",
        "a",
        "a b@c",
        "a@b c",
        "a@b>",
        "<a@b",
        "a@@b",
        "a@b@c",
        "a@b\r\nRCPT TO:<x@y>",
        "a\n@b",
        "a@b,c@d",
        "a@b;c",
        "\"a b\"@c",
        "(x)a@b",
        "a@[127.0.0.1]",
        "-a@b",
        "a@-b",
        "a@.b",
        "a@b.",
        "x\r\n <a@b>",
        "a\\@b",
        "\"x\"y\" <a@b>",
        "\xff@b",
        "a@b <c@d> e",
        "a..b@c",
        ".a@b",
        "a.@b",
        "a@b..c",
        "\u202Ea@b", /* right to left */
        "a\u200B@b", /* a space of no width */
        "a@b\u00A0c",
    };
    struct mail_address address;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(parse(bad[i], &address) == -1, "taken: %s", bad[i]);
    struct err err;
    ck_assert_int_eq(mail_address_parse(&arena, (struct str){"a\0b@c", 5}, &address, &err), -1);
    ck_assert_int_eq(err.class, ERR_REJECT);
}
END_TEST

START_TEST(an_address_longer_than_a_path_is_refused)
{
    char local[MAIL_LOCAL_MAX + 2];
    memset(local, 'a', sizeof local - 1);
    local[sizeof local - 1] = '\0';
    struct mail_address address;
    ck_assert_int_eq(parse(arena_printf(&arena, "%s@b", local), &address), -1);
    ck_assert_int_eq(parse(arena_printf(&arena, "%s@b", local + 1), &address), 0);
}
END_TEST

static const char *quoted(const char *text)
{
    buf_reset(&out);
    mail_add_quoted_printable(&out, str_of(text));
    return out.data;
}

START_TEST(quoted_printable_escapes_what_does_not_travel)
{
    ck_assert_str_eq(quoted("a=b\nZoë\n"), "a=3Db\r\nZo=C3=AB\r\n");
    ck_assert_str_eq(quoted("end \nx\t\r\ny"), "end=20\r\nx=09\r\ny\r\n");
    ck_assert_str_eq(quoted(".\nFrom x"), "=2E\r\n=46rom x\r\n");
}
END_TEST

START_TEST(quoted_printable_lines_keep_to_76_characters)
{
    char text[1001];
    for (size_t i = 0; i < 1000; i++)
        text[i] = i % 7 == 0 ? '=' : i % 5 == 0 ? '.' : 'x';
    text[1000] = '\0';
    const char *line = quoted(text);
    for (const char *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
        ck_assert_int_le(end - line, MAIL_LINE_MAX);
        ck_assert_int_ne(*line, '.');
    }
    ck_assert_str_eq(line, "");
}
END_TEST

START_TEST(a_long_subject_is_folded_and_a_foreign_one_becomes_words)
{
    mail_add_header_text(&out, "Subject", STR("short"));
    ck_assert_str_eq(out.data, "Subject: short\r\n");
    buf_reset(&out);
    mail_add_header_text(&out, "Subject", STR("Grüße"));
    ck_assert_str_eq(out.data, "Subject:\r\n =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
    buf_reset(&out);
    mail_add_header_text(&out, "Subject", STR("=?not a word?="));
    ck_assert_ptr_nonnull(strstr(out.data, "=?UTF-8?B?"));
    buf_reset(&out);
    for (int i = 0; i < 20; i++)
        buf_add_text(&out, "€uro ");
    char *subject = arena_strdup(&arena, out.data);
    buf_reset(&out);
    mail_add_header_text(&out, "Subject", str_of(subject));
    for (const char *line = out.data, *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
        ck_assert_int_le(end - line, MAIL_LINE_MAX);
}
END_TEST

START_TEST(a_display_name_is_quoted_when_it_has_marks)
{
    mail_add_header_mailbox(&out, "From", "Purser", "p@example.org");
    mail_add_header_mailbox(&out, "From", "Ada, Countess", "p@example.org");
    mail_add_header_mailbox(&out, "To", "", "p@example.org");
    ck_assert_str_eq(out.data, "From: Purser <p@example.org>\r\nFrom: \"Ada, Countess\" <p@example.org>\r\n"
                               "To: p@example.org\r\n");
}
END_TEST

static struct mail_message sample(void)
{
    struct mail_message message = {.message_id = "0193-x@example.org",
                                   .date_ms = 951827696789,
                                   .subject = "Hi",
                                   .text = "text\n",
                                   .html = "<p>html"};
    ck_assert_int_eq(parse("Purser <purser@example.org>", &message.from), 0);
    ck_assert_int_eq(parse("ada@example.org", &message.to), 0);
    return message;
}

START_TEST(a_message_is_both_text_and_html_and_the_same_bytes_each_time)
{
    struct mail_message message = sample();
    struct err err;
    ck_assert_int_eq(mail_message_write(&message, &out, &err), 0);
    char *first = arena_strdup(&arena, out.data);
    ck_assert_ptr_nonnull(strstr(first, "Date: Tue, 29 Feb 2000 12:34:56 +0000\r\n"));
    ck_assert_ptr_nonnull(strstr(first, "Message-ID: <0193-x@example.org>\r\n"));
    ck_assert_ptr_nonnull(strstr(first, "Content-Type: text/plain; charset=utf-8"));
    ck_assert_ptr_nonnull(strstr(first, "Content-Type: text/html; charset=utf-8"));
    for (const char *c = strchr(first, '\n'); c != NULL; c = strchr(c + 1, '\n'))
        ck_assert_int_eq(c[-1], '\r');
    buf_reset(&out);
    ck_assert_int_eq(mail_message_write(&message, &out, &err), 0);
    ck_assert_str_eq(out.data, first);
}
END_TEST

START_TEST(a_message_with_a_second_line_in_a_header_is_refused)
{
    struct err err;
    struct mail_message message = sample();
    message.subject = "Hi\r\nBcc: all@example.org";
    ck_assert_int_eq(mail_message_write(&message, &out, &err), -1);
    ck_assert_int_eq(err.class, ERR_REJECT);
    message = sample();
    message.to.address = "a@b\nBcc: x@y";
    ck_assert_int_eq(mail_message_write(&message, &out, &err), -1);
    message = sample();
    message.from.name = "x\ry";
    ck_assert_int_eq(mail_message_write(&message, &out, &err), -1);
    ck_assert_int_eq(out.size, 0);
}
END_TEST

START_TEST(a_message_larger_than_its_buffer_is_refused)
{
    struct err err;
    struct mail_message message = sample();
    struct buf small;
    buf_init(&small, 200);
    ck_assert_int_eq(mail_message_write(&message, &small, &err), -1);
    ck_assert_int_eq(err.class, ERR_REJECT);
    buf_free(&small);
}
END_TEST

START_TEST(a_template_is_filled_and_html_is_escaped)
{
    static const struct mail_value values[] = {{"name", "<b>&\"'"}, {"n", "3"}, {NULL, NULL}};
    ck_assert_str_eq(mail_fill(&arena, "{name} {n}{n} {x} {", values, MAIL_TEXT), "<b>&\"' 33 {x} {");
    ck_assert_str_eq(mail_fill(&arena, "a{b:{n}} {name}", values, MAIL_HTML),
                     "a{b:3} &lt;b&gt;&amp;&quot;&#39;");
}
END_TEST

START_TEST(a_route_that_is_none_is_refused_by_its_setting)
{
    static const struct {
        const char *url, *tls, *setting;
    } bad[] = {{"/var/mail", "auto", "PURSER_MAIL_URL"},
               {"maildir:", "auto", "PURSER_MAIL_URL"},
               {"smtp://", "auto", "PURSER_MAIL_URL"},
               {"http://x", "auto", "PURSER_MAIL_URL"},
               {"smtp://x", "yes", "PURSER_MAIL_TLS"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {ERR_NONE, ""};
        struct mail_route route = {bad[i].url, bad[i].tls, "", 1000};
        ck_assert_msg(mail_route_check(&route, &err) == -1, "taken: %s", bad[i].url);
        ck_assert_ptr_nonnull(strstr(err.text, bad[i].setting));
    }
    struct err err;
    struct mail_route route = {"smtp://user:secret@mail.example.org:587", "auto", "", 1000};
    ck_assert_int_eq(mail_route_check(&route, &err), 0);
}
END_TEST

Suite *mail_suite(void);
Suite *mail_suite(void)
{
    TCase *tests = tcase_create("mail");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_address_is_taken_bare_or_with_a_name);
    tcase_add_test(tests, an_address_that_could_end_a_line_or_a_command_is_refused);
    tcase_add_test(tests, an_address_longer_than_a_path_is_refused);
    tcase_add_test(tests, quoted_printable_escapes_what_does_not_travel);
    tcase_add_test(tests, quoted_printable_lines_keep_to_76_characters);
    tcase_add_test(tests, a_long_subject_is_folded_and_a_foreign_one_becomes_words);
    tcase_add_test(tests, a_display_name_is_quoted_when_it_has_marks);
    tcase_add_test(tests, a_message_is_both_text_and_html_and_the_same_bytes_each_time);
    tcase_add_test(tests, a_message_with_a_second_line_in_a_header_is_refused);
    tcase_add_test(tests, a_message_larger_than_its_buffer_is_refused);
    tcase_add_test(tests, a_template_is_filled_and_html_is_escaped);
    tcase_add_test(tests, a_route_that_is_none_is_refused_by_its_setting);
    Suite *suite = suite_create("mail");
    suite_add_tcase(suite, tests);
    return suite;
}
