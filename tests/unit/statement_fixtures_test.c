/* Bank files that nobody here wrote, in ../shared/fixtures when it is there: every one must give the expected
 * count, sums, dates and rejects, by the public interface alone. */
#include <check.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "finance/date.h"
#include "statement/statement.h"

#define FIXTURES "../shared/fixtures/"

struct score {
    int64_t sums[8];
    char codes[8][4];
    size_t currencies;
    int32_t first, last;
    int64_t rows, pending, rejected;
    bool too_precise;
};

static int count_row(void *context, const struct statement_row *row, struct err *err)
{
    (void)err;
    struct score *score = context;
    ck_assert(str_is_utf8(row->description));
    if (row->pending && !row->has_date) {
        score->pending++;
        return 0;
    }
    size_t i = 0;
    while (i < score->currencies && memcmp(score->codes[i], row->currency->code, 4) != 0)
        i++;
    if (i == score->currencies)
        memcpy(score->codes[score->currencies++], row->currency->code, 4);
    score->sums[i] += row->amount_minor;
    score->first = score->rows == 0 || row->date < score->first ? row->date : score->first;
    score->last = score->rows == 0 || row->date > score->last ? row->date : score->last;
    score->rows++;
    return 0;
}

static int count_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    (void)err;
    struct score *score = context;
    score->rejected++;
    score->too_precise = score->too_precise || strstr(reject->reason, "more decimals") != NULL;
    if (getenv("STATEMENT_SHOW") != NULL)
        fprintf(stderr, "    line %" PRId64 ": %s\n", reject->line, reject->reason);
    return 0;
}

/* Feeds the file in pieces of 777 bytes; -1 with err when it can't be read. */
static int read_file(const char *path, const struct statement_options *options, struct statement_facts *facts,
                     struct arena *arena, struct err *err)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    struct statement *statement = statement_open(options);
    char piece[777];
    size_t size;
    int result = 0;
    while (result == 0 && (size = fread(piece, 1, sizeof piece, file)) > 0)
        result = statement_feed(statement, piece, size, err);
    if (result == 0)
        result = statement_finish(statement, err);
    *facts = *statement_facts(statement);
    if (facts->mapping != NULL && getenv("STATEMENT_SHOW") != NULL) {
        char *text = json_dumps(mapping_json(arena, facts->mapping), JSON_COMPACT);
        fprintf(stderr, "    %d%% %s\n", facts->certainty, text);
        free(text);
    }
    facts->mapping = NULL;
    facts->statements = NULL;
    statement_close(statement);
    fclose(file);
    return result;
}

static void rename_member(json_t *from, const char *name, json_t *to, const char *key)
{
    json_t *value = json_object_get(from, name);
    if (value != NULL)
        json_object_set(to, key, value);
}

/* expected.json's short keys as those of the HTTP contract. */
static json_t *long_mapping(json_t *brief)
{
    static const char *const names[][2] = {
        {"delim", "delimiter"},
        {"header", "header"},
        {"skip", "skip_head"},
        {"date", "date"},
        {"amount", "amount"},
        {"debit", "debit"},
        {"credit", "credit"},
        {"inv", "invert"},
        {"absval", "absolute"},
        {"minor", "minor_units"},
        {"paren", "parentheses_negative"},
        {"strip", "strip"},
        {"dec", "decimal"},
        {"thou", "thousands"},
        {"cur", "currency"},
        {"curcol", "currency_column"},
        {"signed_cols", "amount"},
    };
    json_t *mapping = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        rename_member(brief, names[i][0], mapping, names[i][1]);
    if (json_object_get(brief, "fmt") != NULL)
        json_object_set_new(mapping, "date_formats", json_pack("[O]", json_object_get(brief, "fmt")));
    const char *encoding = json_string_value(json_object_get(brief, "encoding"));
    if (encoding != NULL && strchr(encoding, ' ') == NULL)
        json_object_set_new(mapping, "encoding", json_string(encoding));
    const char *quoting = json_string_value(json_object_get(brief, "quoting"));
    if (quoting != NULL && strcmp(quoting, "none") == 0)
        json_object_set_new(mapping, "quote", json_string(""));
    json_t *sign = json_object_get(brief, "sign");
    if (sign != NULL) {
        json_t *flags =
            json_pack("{s:O, s:O}", "column", json_array_get(sign, 0), "debit", json_array_get(sign, 1));
        if (json_array_size(sign) > 2)
            json_object_set(flags, "credit", json_array_get(sign, 2));
        json_object_set_new(mapping, "sign", flags);
    }
    return mapping;
}

static const struct currency *currency_of(json_t *fixture)
{
    json_t *sums = json_object_get(fixture, "sums"), *list = json_object_get(fixture, "currency");
    const char *code = json_string_value(json_array_get(list, 0));
    if (json_object_size(sums) > 0)
        code = json_object_iter_key(json_object_iter(sums));
    return currency_find(str_of(code == NULL ? "USD" : code));
}

static int64_t total(const struct score *score)
{
    int64_t sum = 0;
    for (size_t i = 0; i < score->currencies; i++)
        sum += score->sums[i];
    return sum;
}

static bool sums_agree(json_t *fixture, const struct score *score)
{
    json_t *sums = json_object_get(fixture, "sums"), *sum = json_object_get(fixture, "sum_minor"), *value;
    const char *code;
    if (json_is_integer(sum) && json_array_size(json_object_get(fixture, "currency")) < 2)
        return total(score) == json_integer_value(sum);
    json_object_foreach(sums, code, value)
    {
        int64_t expected;
        if (money_parse(str_of(json_string_value(value)), currency_find(str_of(code))->exponent, &expected) !=
            MONEY_OK)
            return false;
        size_t i = 0;
        while (i < score->currencies && strcmp(score->codes[i], code) != 0)
            i++;
        if (expected != (i < score->currencies ? score->sums[i] : 0))
            return false;
    }
    return json_object_size(sums) == score->currencies || sums == NULL;
}

static bool date_agrees(json_t *fixture, const char *name, int32_t date)
{
    const char *text = json_string_value(json_object_get(fixture, name));
    char civil[DATE_TEXT_SIZE], compact[9];
    if (text == NULL)
        return true;
    date_format(date, civil);
    snprintf(compact, sizeof compact, "%.4s%.2s%.2s", civil, civil + 5, civil + 8);
    return strcmp(text, civil) == 0 || strcmp(text, compact) == 0;
}

static bool number_agrees(json_t *fixture, const char *name, int64_t number)
{
    json_t *value = json_object_get(fixture, name);
    return value == NULL || json_integer_value(value) == number;
}

/* NULL, or what differs. */
static const char *difference(json_t *fixture, const struct score *score)
{
    const char *count = json_object_get(fixture, "count") != NULL ? "count" : "entries";
    bool camt = strcmp(json_string_value(json_object_get(fixture, "format")), "camt") == 0;
    /* A file with amounts too precise for its currency has no sum in minor units: its rows are rejected one
     * by one. */
    bool precise = json_is_null(json_object_get(fixture, "sum_minor"));
    if (precise)
        return score->too_precise && number_agrees(fixture, count, score->rows + score->rejected) ? NULL
                                                                                                  : "precise";
    if (!number_agrees(fixture, count, score->rows) &&
        !(camt && number_agrees(fixture, "transaction_details", score->rows)))
        return "count";
    if (!sums_agree(fixture, score))
        return "sums";
    if (score->rows > 0 &&
        !(date_agrees(fixture, "first_date", score->first) && date_agrees(fixture, "last_date", score->last)))
        return "dates";
    if (!number_agrees(fixture, "rejected_rows", score->rejected) ||
        !number_agrees(fixture, "rejected_transactions", score->rejected))
        return "rejected";
    return !camt && !number_agrees(fixture, "pending_rows", score->pending) ? "pending" : NULL;
}

static const char *score_fixture(json_t *fixture, bool guess)
{
    struct arena arena;
    struct faults faults;
    struct mapping mapping;
    struct score score = {0};
    struct statement_facts facts;
    struct err err = {0};
    arena_init(&arena);
    faults_init(&faults, &arena);
    struct statement_options options = {
        .format = STATEMENT_AUTO,
        .currency = currency_of(fixture),
        .limits = {65536, 1 << 20, 65536, 1024, 10000},
        .context = &score,
        .row = count_row,
        .reject = count_reject,
    };
    json_t *brief = json_object_get(fixture, "mapping");
    if (brief != NULL && !guess) {
        json_t *full = long_mapping(brief);
        ck_assert_msg(mapping_read(&arena, full, "", &mapping, &faults) == 0, "%s %s", faults.list[0].pointer,
                      faults.list[0].detail);
        options.mapping = &mapping;
        arena_defer(&arena, (void (*)(void *))json_decref, full);
    }
    char path[512];
    snprintf(path, sizeof path, FIXTURES "%s", json_string_value(json_object_get(fixture, "file")));
    int result = read_file(path, &options, &facts, &arena, &err);
    const char *format = json_string_value(json_object_get(fixture, "format"));
    const char *what = result == 0 || score.rows == 0 ? difference(fixture, &score) : "error";
    if (what == NULL && result == 0 && score.rows > 0 &&
        strcmp(statement_format_name(facts.format), format) != 0)
        what = "format";
    if (what != NULL)
        fprintf(stderr,
                "  %s: %s (rows %" PRId64 ", rejected %" PRId64 ", pending %" PRId64 ", sum %" PRId64
                ", certainty %d) %s\n",
                path, what, score.rows, score.rejected, score.pending, total(&score), facts.certainty,
                err.text);
    arena_free(&arena);
    return what;
}

static void score_all(bool guess, int *right, int *all)
{
    json_error_t error;
    json_t *document = json_load_file(FIXTURES "expected.json", 0, &error), *fixture;
    ck_assert_ptr_nonnull(document);
    size_t i;
    *right = *all = 0;
    json_array_foreach(json_object_get(document, "files"), i, fixture)
    {
        bool csv = strcmp(json_string_value(json_object_get(fixture, "format")), "csv") == 0;
        if (guess && !csv)
            continue;
        ++*all;
        *right += score_fixture(fixture, guess) == NULL;
    }
    json_decref(document);
    fprintf(stderr, "statement fixtures%s: %d of %d\n", guess ? " with the mapping guessed" : "", *right,
            *all);
}

START_TEST(every_shared_fixture_reads_as_expected)
{
    if (access(FIXTURES "expected.json", R_OK) != 0)
        return;
    int right, all;
    score_all(false, &right, &all);
    ck_assert_int_eq(right, all);
}
END_TEST

START_TEST(four_of_five_csv_fixtures_read_with_no_mapping_at_all)
{
    if (access(FIXTURES "expected.json", R_OK) != 0)
        return;
    int right, all;
    score_all(true, &right, &all);
    ck_assert_int_ge(right * 5, all * 4);
}
END_TEST

Suite *statement_fixtures_suite(void);
Suite *statement_fixtures_suite(void)
{
    Suite *suite = suite_create("statement_fixtures");
    TCase *tests = tcase_create("statement_fixtures");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_shared_fixture_reads_as_expected);
    tcase_add_test(tests, four_of_five_csv_fixtures_read_with_no_mapping_at_all);
    suite_add_tcase(suite, tests);
    return suite;
}
