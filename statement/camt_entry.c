#include "statement/amount.h"
#include "statement/camt.h"
#include "statement/date_text.h"

const char *camt_amount(struct str amount, struct str side, const struct currency *currency, int64_t *minor)
{
    static const struct amount_style style = {.marks = AMOUNT_MARK_GIVEN, .decimal = '.', .thousands = ""};
    struct amount read;
    const char *wrong = amount_parse(amount, &style, currency->exponent, &read);
    if (wrong != NULL)
        return wrong;
    if (!str_equal(side, STR("CRDT")) && !str_equal(side, STR("DBIT")))
        return "has no CdtDbtInd of CRDT or DBIT";
    *minor = str_equal(side, STR("DBIT")) ? -read.minor : read.minor;
    return NULL;
}

static struct str either(struct str first, struct str second)
{
    return first.size > 0 ? first : second;
}

/* A reference that is one: banks write NOTPROVIDED where there is none. */
static struct str provided(struct str reference)
{
    return str_equal_nocase(reference, STR("NOTPROVIDED")) ? STR("") : reference;
}

static void add_once(struct buf *out, struct str text)
{
    if (text.size == 0)
        return;
    for (size_t i = 0; i + text.size <= out->size; i++)
        if (memcmp(out->data + i, text.data, text.size) == 0)
            return;
    reader_add_words(out, text);
}

/* The texts of a transaction, with the entry's where it has none of its own. */
static void fill_texts(const struct camt_entry *entry, const struct camt_part *part,
                       struct statement_row *row, struct buf *description)
{
    const struct str *own = entry->own.texts, *texts = part == NULL ? own : part->texts;
    bool out = row->amount_minor < 0;
    row->payee = texts[out ? CAMT_CREDITOR : CAMT_DEBTOR];
    row->counterparty = texts[out ? CAMT_CREDITOR_ACCOUNT : CAMT_DEBTOR_ACCOUNT];
    row->memo = texts[CAMT_REMITTANCE];
    row->type = either(texts[CAMT_CODE], own[CAMT_CODE]);
    row->reference = texts[CAMT_BANK_REFERENCE];
    if (row->reference.size == 0 && entry->count <= 1)
        row->reference = own[CAMT_BANK_REFERENCE];
    row->reference = either(row->reference, provided(texts[CAMT_TRANSACTION_ID]));
    row->reference = either(row->reference, provided(texts[CAMT_END_TO_END_ID]));
    row->reference = either(row->reference, own[CAMT_ENTRY_REFERENCE]);
    buf_reset(description);
    add_once(description, row->payee);
    add_once(description, row->memo);
    add_once(description, texts[CAMT_ADDITIONAL]);
    add_once(description, own[CAMT_ADDITIONAL]);
    row->description = reader_view(description);
}

/* Do the transactions, all in the entry's currency, sum to the entry? Their amounts into minors. */
static bool sums(const struct camt_entry *entry, const struct currency *currency, int64_t total,
                 int64_t *minors)
{
    int64_t sum = 0;
    size_t i = 0;
    for (const struct camt_part *part = entry->first; part != NULL; part = part->next, i++) {
        struct str side = either(part->texts[CAMT_SIDE], entry->own.texts[CAMT_SIDE]);
        if (part->texts[CAMT_AMOUNT].size == 0 ||
            !str_equal(part->texts[CAMT_CURRENCY], str_of(currency->code)) ||
            camt_amount(part->texts[CAMT_AMOUNT], side, currency, &minors[i]) != NULL ||
            money_add(sum, minors[i], &sum) != 0)
            return false;
    }
    return sum == total;
}

static int emit(struct statement *statement, const struct camt_entry *entry, const struct camt_part *part,
                struct statement_row row, struct err *err)
{
    struct buf description;
    buf_init(&description, statement->options.limits.record_bytes);
    fill_texts(entry, part, &row, &description);
    int result = reader_row(statement, &row, err);
    buf_free(&description);
    return result;
}

int camt_entry_finish(struct statement *statement, struct arena *arena, const struct camt_entry *entry,
                      struct err *err)
{
    const struct str *own = entry->own.texts;
    struct statement_row row = {.line = entry->line, .offset = entry->offset};
    row.pending = own[CAMT_STATUS].size > 0 && !str_equal(own[CAMT_STATUS], STR("BOOK"));
    row.currency =
        own[CAMT_CURRENCY].size > 0 ? currency_find(own[CAMT_CURRENCY]) : statement->options.currency;
    if (row.currency == NULL)
        return reader_reject(statement, entry->line, entry->offset, own[CAMT_AMOUNT], err,
                             "currency: \"%.*s\" is not an ISO 4217 code",
                             (int)(own[CAMT_CURRENCY].size < 3 ? own[CAMT_CURRENCY].size : 3),
                             own[CAMT_CURRENCY].data);
    const char *wrong = camt_amount(own[CAMT_AMOUNT], own[CAMT_SIDE], row.currency, &row.amount_minor);
    if (wrong != NULL)
        return reader_reject(statement, entry->line, entry->offset, own[CAMT_AMOUNT], err, "amount: %s",
                             wrong);
    row.has_value_date = own[CAMT_VALUE].size > 0 && date_text_iso(own[CAMT_VALUE], &row.value_date) == 0;
    row.has_date = own[CAMT_BOOKED].size > 0 && date_text_iso(own[CAMT_BOOKED], &row.date) == 0;
    if (!row.has_date && own[CAMT_BOOKED].size == 0 && row.has_value_date) {
        row.has_date = true;
        row.date = row.value_date;
    }
    if (!row.has_date && !row.pending)
        return reader_reject(statement, entry->line, entry->offset, own[CAMT_BOOKED], err, "date: BookgDt %s",
                             own[CAMT_BOOKED].size == 0 ? "is missing" : "is no day");
    int64_t *minors = arena_array(arena, entry->count + 1, sizeof *minors);
    if (entry->count < 2 || entry->cut || !sums(entry, row.currency, row.amount_minor, minors))
        return emit(statement, entry, entry->count == 1 ? entry->first : NULL, row, err);
    size_t i = 0;
    for (const struct camt_part *part = entry->first; part != NULL; part = part->next, i++) {
        row.amount_minor = minors[i];
        if (emit(statement, entry, part, row, err) != 0)
            return -1;
    }
    return 0;
}
