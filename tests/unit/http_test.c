#include <check.h>
#include <string.h>

#include "api/body_buffer.h"
#include "api/chunked.h"
#include "api/cursor.h"
#include "api/head.h"
#include "api/route.h"
#include "base/settings.h"

/* The bytes of the body, or "wrong", or "more". Fed in pieces of `step` bytes. */
static const char *read_chunked(const char *text, size_t step, char body[100])
{
    struct chunked chunked;
    chunked_init(&chunked);
    size_t size = strlen(text), used = 0, at = 0;
    while (at < size) {
        size_t part = size - at < step ? size - at : step;
        struct str bytes = {text + at, part}, piece;
        enum chunked_result result;
        while ((result = chunked_read(&chunked, &bytes, &piece)) == CHUNKED_DATA) {
            memcpy(body + used, piece.data, piece.size);
            used += piece.size;
        }
        body[used] = '\0';
        if (result == CHUNKED_WRONG)
            return "wrong";
        if (result == CHUNKED_END)
            return body;
        at += part;
    }
    return "more";
}

START_TEST(chunks_are_joined_however_they_are_cut)
{
    char body[100];
    for (size_t step = 1; step < 40; step++)
        ck_assert_str_eq(
            read_chunked("5\r\nhello\r\n00A;x=y\r\n, world!!!\r\n0\r\nT: a\r\n\r\nGET", step, body),
            "hello, world!!!");
    ck_assert_str_eq(read_chunked("0\r\n\r\n", 1, body), "");
}
END_TEST

START_TEST(broken_chunks_are_wrong_and_short_ones_want_more)
{
    char body[100];
    static const char *const wrong[] = {
        "0x5\r\n",        "+5\r\n",    "-5\r\n",      "5\n",          "5 \r\n",
        "\r\n",           "g\r\n",     "5\r\nhellox", "5\r\nhello\n", "1000000000000000\r\n",
        "0\r\n a: b\r\n", "0\r\n\r\r", "5;a\x01\r\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (size_t step = 1; step < 20; step++)
            ck_assert_msg(strcmp(read_chunked(wrong[i], step, body), "wrong") == 0, "%s", wrong[i]);
    ck_assert_str_eq(read_chunked("5\r\nhel", 2, body), "more");
    ck_assert_str_eq(read_chunked("5\r\nhello\r\n0\r\n", 2, body), "more");
}
END_TEST

static void come(struct buf *in, size_t size)
{
    static const char zeros[BODY_PIECE_SIZE];
    buf_add(in, zeros, size);
}

START_TEST(a_body_is_handed_over_in_pieces_and_gives_its_memory_back)
{
    struct head head = {.content_length = BODY_PIECE_SIZE + 10};
    struct body_buffer buffer;
    struct buf in;
    size_t held = 0;
    enum body_state state;
    settings.body_memory_bytes = 1 << 20;
    buf_init(&in, 1 << 20);
    body_buffer_init(&buffer, &held);
    body_buffer_start(&buffer, &head);
    come(&in, BODY_PIECE_SIZE - 1);
    ck_assert(!body_buffer_fill(&buffer, &in, false, SIZE_MAX, &state));
    come(&in, 11);
    ck_assert(body_buffer_fill(&buffer, &in, false, SIZE_MAX, &state));
    ck_assert_int_eq(state, BODY_MORE);
    ck_assert_uint_eq(held, BODY_PIECE_SIZE);
    struct buf piece = body_buffer_take(&buffer);
    ck_assert_uint_eq(piece.size, BODY_PIECE_SIZE);
    ck_assert_uint_eq(held, 0);
    buf_free(&piece);
    ck_assert(body_buffer_fill(&buffer, &in, false, SIZE_MAX, &state));
    ck_assert_int_eq(state, BODY_MORE);
    piece = body_buffer_take(&buffer);
    ck_assert_uint_eq(piece.size, 10);
    buf_free(&piece);
    ck_assert(body_buffer_fill(&buffer, &in, false, SIZE_MAX, &state));
    ck_assert_int_eq(state, BODY_END);
    body_buffer_free(&buffer);
    buf_free(&in);
}
END_TEST

START_TEST(a_body_is_broken_off_past_a_limit_or_when_it_is_cut_and_stays_so)
{
    static const struct {
        size_t comes;
        uint64_t limit;
        int64_t memory;
        bool saw_end;
        enum body_fault fault;
    } cases[] = {{100, 99, 1000, false, BODY_TOO_LARGE},
                 {100, 100, 99, false, BODY_NO_ROOM},
                 {99, 100, 1000, true, BODY_LOST}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct head head = {.content_length = 100};
        struct body_buffer buffer;
        struct buf in;
        size_t held = 0;
        enum body_state state;
        settings.body_memory_bytes = cases[i].memory;
        buf_init(&in, 1000);
        body_buffer_init(&buffer, &held);
        body_buffer_start(&buffer, &head);
        come(&in, cases[i].comes);
        for (int times = 0; times < 2; times++) {
            ck_assert(body_buffer_fill(&buffer, &in, cases[i].saw_end, cases[i].limit, &state));
            ck_assert_int_eq(state, BODY_BROKEN);
            ck_assert_int_eq(buffer.fault, cases[i].fault);
        }
        body_buffer_free(&buffer);
        ck_assert_uint_eq(held, 0);
        buf_free(&in);
    }
}
END_TEST

START_TEST(a_head_is_whole_at_its_empty_line)
{
    const char *text = "GET /a?b HTTP/1.1\r\nHost: x\r\nE:\r\nF: g\r\n\r\nrest";
    struct head_fault fault;
    struct head head;
    for (size_t size = 1; size <= strlen(text); size++) {
        size_t checked = 0;
        long whole = 0;
        for (size_t have = 1; have <= size && whole == 0; have++)
            whole = head_scan((struct str){text, have}, &checked, &fault);
        ck_assert_int_eq(whole, size < 40 ? 0 : 40);
    }
    ck_assert_int_eq(head_parse((struct str){text, 40}, &head, &fault), 0);
    ck_assert(str_equal(head.path, STR("/a")) && str_equal(head.query, STR("b")));
    ck_assert_uint_eq(head.header_count, 3);
    ck_assert_uint_eq(head_find(&head, "e").size, 0);
    ck_assert(str_equal(head_find(&head, "f"), STR("g")));
    ck_assert_ptr_null(head_find(&head, "g").data);
    ck_assert(head.keep_alive);
}
END_TEST

START_TEST(routes_are_found_by_whole_segments)
{
    struct str params[4];
    char allowed[64];
    ck_assert_ptr_nonnull(route_find(METHOD_GET, STR("/healthz"), params, 4, allowed));
    ck_assert_ptr_nonnull(route_find(METHOD_HEAD, STR("/healthz//"), params, 4, allowed));
    ck_assert_ptr_null(route_find(METHOD_GET, STR("/healthzz"), params, 4, allowed));
    ck_assert_str_eq(allowed, "");
    ck_assert_ptr_null(route_find(METHOD_GET, STR("/healthz/x"), params, 4, allowed));
    ck_assert_ptr_nonnull(route_find(METHOD_GET, STR("/"), params, 4, allowed));
    ck_assert_ptr_null(route_find(METHOD_GET, STR("/x"), params, 4, allowed));
    ck_assert_ptr_null(route_find(METHOD_PUT, STR("/healthz"), params, 4, allowed));
    ck_assert_str_eq(allowed, "GET, HEAD");
}
END_TEST

START_TEST(each_route_is_found_by_its_own_pattern)
{
    struct str params[4];
    char allowed[64];
    for (const struct route *route = routes_all; route->pattern != NULL; route++)
        ck_assert_ptr_eq(route_find(route->method, str_of(route->pattern), params, 4, allowed), route);
}
END_TEST

START_TEST(a_cursor_reads_back_and_a_made_up_one_does_not)
{
    struct arena arena;
    const char *parts[2];
    struct seal_key key = {"key"}, other = {"other"};
    arena_init(&arena);
    const char *cursor = cursor_write(&arena, &key, "/v1/jobs", "2026-01-31\x1Fid");
    ck_assert_int_eq(cursor_read(&arena, &key, "/v1/jobs", cursor, parts, 2), 0);
    ck_assert_str_eq(parts[0], "2026-01-31");
    ck_assert_str_eq(parts[1], "id");
    ck_assert_int_eq(cursor_read(&arena, &key, "/v1/jobs", cursor, parts, 1), -1);
    ck_assert_int_eq(cursor_read(&arena, &key, "/v1/tags", cursor, parts, 2), -1);
    ck_assert_int_eq(cursor_read(&arena, &other, "/v1/jobs", cursor, parts, 2), -1);
    for (size_t size = 0; size < strlen(cursor); size++)
        ck_assert_int_eq(
            cursor_read(&arena, &key, "/v1/jobs", arena_printf(&arena, "%.*s", (int)size, cursor), parts, 2),
            -1);
    static const char *const made_up[] = {"=", "", "AA", "MjAyNi0wMS0zMR9pZA", "0123456789abcdef"};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++)
        ck_assert_int_eq(cursor_read(&arena, &key, "/v1/jobs", made_up[i], parts, 2), -1);
    arena_free(&arena);
}
END_TEST

Suite *http_suite(void);
Suite *http_suite(void)
{
    Suite *suite = suite_create("http");
    TCase *tests = tcase_create("http");
    tcase_add_test(tests, chunks_are_joined_however_they_are_cut);
    tcase_add_test(tests, broken_chunks_are_wrong_and_short_ones_want_more);
    tcase_add_test(tests, a_body_is_handed_over_in_pieces_and_gives_its_memory_back);
    tcase_add_test(tests, a_body_is_broken_off_past_a_limit_or_when_it_is_cut_and_stays_so);
    tcase_add_test(tests, a_head_is_whole_at_its_empty_line);
    tcase_add_test(tests, routes_are_found_by_whole_segments);
    tcase_add_test(tests, each_route_is_found_by_its_own_pattern);
    tcase_add_test(tests, a_cursor_reads_back_and_a_made_up_one_does_not);
    suite_add_tcase(suite, tests);
    return suite;
}
