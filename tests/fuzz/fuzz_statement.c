/* Bank files from an enemy: any bytes, in any format, fed in pieces. The first byte chooses the format, the
 * second the size of the pieces. What comes out must be valid UTF-8 within the limits, fates must add up, and
 * the pieces' size must change nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "statement/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    int64_t rows, pending, rejected;
    uint64_t hash;
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void mix(struct seen *seen, const void *data, size_t size)
{
    seen->hash = hash_fnv1a(seen->hash, data, size);
}

static int on_row(void *context, const struct statement_row *row, struct err *err)
{
    (void)err;
    struct seen *seen = context;
    const struct str texts[] = {row->description, row->payee, row->counterparty, row->memo,
                                row->reference,   row->type,  row->category};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        must(str_is_utf8(texts[i]) && memchr(texts[i].data, '\0', texts[i].size) == NULL);
        mix(seen, texts[i].data, texts[i].size);
    }
    must(row->ordinal == seen->rows + seen->pending + seen->rejected);
    must(row->currency != NULL && (row->has_date || row->pending) && row->line >= 1 && row->offset >= 0);
    must(row->amount_minor <= MONEY_MAX && row->amount_minor >= -MONEY_MAX);
    mix(seen, &row->amount_minor, sizeof row->amount_minor);
    mix(seen, &row->line, sizeof row->line);
    *(row->pending ? &seen->pending : &seen->rows) += 1;
    return 0;
}

static int on_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    (void)err;
    struct seen *seen = context;
    must(reject->ordinal == seen->rows + seen->pending + seen->rejected);
    must(reject->reason[0] != '\0' && str_is_utf8(str_of(reject->reason)) && str_is_utf8(reject->text));
    mix(seen, &reject->line, sizeof reject->line);
    seen->rejected++;
    return 0;
}

static int read_in_pieces(enum statement_format format, const uint8_t *data, size_t size, size_t piece,
                          struct seen *seen)
{
    *seen = (struct seen){.hash = HASH_FNV_START};
    struct err err = {0};
    struct statement_options options = {
        .format = format,
        .currency = currency_find(STR("EUR")),
        .limits =
            {.head_bytes = 1024, .record_bytes = 2048, .field_bytes = 512, .columns = 32, .statements = 16},
        .context = seen,
        .row = on_row,
        .reject = on_reject,
    };
    struct statement *statement = statement_open(&options);
    int result = 0;
    for (size_t at = 0; at < size && result == 0; at += piece)
        result = statement_feed(statement, data + at, size - at < piece ? size - at : piece, &err);
    if (result == 0)
        result = statement_finish(statement, &err);
    must(result == 0 || (err.class == ERR_REJECT && err.text[0] != '\0'));
    const struct statement_facts *facts = statement_facts(statement);
    must(facts->rows == seen->rows && facts->rejected == seen->rejected && facts->pending == seen->pending);
    must(facts->certainty >= 0 && facts->certainty <= 100);
    statement_close(statement);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum statement_format format = (enum statement_format)(data[0] % 7);
    size_t piece = data[1] % 64 + 1;
    struct seen whole, cut;
    int first = read_in_pieces(format, data + 2, size - 2, size, &whole);
    int second = read_in_pieces(format, data + 2, size - 2, piece, &cut);
    must(first == second);
    if (first == 0)
        must(whole.hash == cut.hash && whole.rows == cut.rows && whole.rejected == cut.rejected);
    return 0;
}
