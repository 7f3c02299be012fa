/* How fast a CSV of a bank is read, from memory to rows, on one core: prints MB/s and rows/s. Arguments: rows
 * (500,000). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "finance/date.h"
#include "statement/statement.h"

static int on_row(void *context, const struct statement_row *row, struct err *err)
{
    (void)err;
    *(int64_t *)context += row->amount_minor;
    return 0;
}

static int on_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    (void)context;
    return err_set(err, ERR_BUG, "line %" PRId64 ": %s", reject->line, reject->reason);
}

static void make_file(struct buf *file, long rows)
{
    buf_init(file, (size_t)rows * 160 + 200);
    buf_add_text(file,
                 "Buchungstag;Valuta;Auftraggeber/Empfänger;Verwendungszweck;Konto;Betrag;Saldo;Währung\n");
    unsigned state = 1;
    int64_t balance = 1000000;
    for (long i = 0; i < rows; i++) {
        state = state * 1103515245 + 12345;
        int64_t amount = (int64_t)(state >> 8) % 20000 - 10000;
        balance += amount;
        int year, month, day;
        date_to_civil(15000 + (int32_t)(i / 200), &year, &month, &day);
        buf_printf(file,
                   "%02d.%02d.%d;%02d.%02d.%d;\"Händler %u\";\"Kartenzahlung \"\"%ld\"\" Danke, bis "
                   "bald\";DE8937040044%010u;%s%d,%02d;%s%d,%02d;EUR\n",
                   day, month, year, day, month, year, state % 977, i, state, amount < 0 ? "-" : "",
                   abs((int)amount) / 100, abs((int)amount) % 100, balance < 0 ? "-" : "",
                   abs((int)balance) / 100, abs((int)balance) % 100);
    }
}

int main(int argc, char **argv)
{
    long rows = argc > 1 ? atol(argv[1]) : 500000;
    struct buf file;
    make_file(&file, rows);
    int64_t sum = 0;
    struct err err = {0};
    struct statement_options options = {
        .currency = currency_find(STR("EUR")),
        .limits = {65536, 1 << 20, 65536, 1024, 10000},
        .context = &sum,
        .row = on_row,
        .reject = on_reject,
    };
    int64_t start_us = clock_mono_us();
    struct statement *statement = statement_open(&options);
    int result = 0;
    for (size_t at = 0; at < file.size && result == 0; at += 262144)
        result = statement_feed(statement, file.data + at, file.size - at < 262144 ? file.size - at : 262144,
                                &err);
    if (result == 0)
        result = statement_finish(statement, &err);
    double seconds = (double)(clock_mono_us() - start_us) / 1e6;
    int64_t difference;
    const struct statement_facts *facts = statement_facts(statement);
    if (result != 0 || facts->rows != rows ||
        statement_part_proof(&facts->statements[0], &difference) != STATEMENT_PROVED) {
        fprintf(stderr, "bench statement: %s; %" PRId64 " rows\n", err.text, facts->rows);
        return 1;
    }
    double megabytes = (double)file.size / 1e6;
    if (getenv("JSON") != NULL)
        printf("{\"rows\": %ld, \"megabytes\": %.1f, \"rows_a_second\": %.0f, \"megabytes_a_second\": %.1f, "
               "\"certainty_percent\": %d}\n",
               rows, megabytes, (double)rows / seconds, megabytes / seconds, facts->certainty);
    else
        printf(
            "statement: CSV of %ld rows, %.1f MB: %.0f rows/s, %.1f MB/s, certainty %d %%, balance proved\n",
            rows, megabytes, (double)rows / seconds, megabytes / seconds, facts->certainty);
    statement_close(statement);
    buf_free(&file);
    return 0;
}
