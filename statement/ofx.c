#include <stdio.h>

#include "statement/amount.h"
#include "statement/date_text.h"
#include "statement/reader.h"
#include "statement/sgml.h"

/* Open Financial Exchange 1.0.2 to 2.2 and QFX: bank, credit card and investment statements. Only the
 * statement responses matter; the elements of a STMTTRN (OFX 2.2 §11.4.4.1) become a row. */

enum text { NAME, MEMO, FITID, CHECKNUM, TYPE, COUNTERPARTY, AMOUNT, DATE, DATE_AVAILABLE, SYMBOL, TEXTS };

struct ofx {
    struct sgml sgml;
    bool any;         /* an <OFX> was seen */
    bool transaction; /* within STMTTRN, or STMTTRNP: one that is not booked yet */
    bool pending;
    bool account; /* within …ACCTFROM */
    bool balance; /* within LEDGERBAL */
    bool aside;   /* within a trade of securities */
    int64_t line, offset;
    char currency[4];
    struct buf texts[TEXTS], description;
};

static const struct {
    const char *element;
    enum text text;
} elements[] = {
    {"NAME", NAME},           {"PAYEE", NAME},
    {"EXTDNAME", MEMO},       {"MEMO", MEMO},
    {"FITID", FITID},         {"CHECKNUM", CHECKNUM},
    {"TRNTYPE", TYPE},        {"TRNAMT", AMOUNT},
    {"DTPOSTED", DATE},       {"DTAVAIL", DATE_AVAILABLE},
    {"DTTRAN", DATE},         {"CURSYM", SYMBOL},
    {"ACCTID", COUNTERPARTY},
};

/* Trades of INVTRANLIST that are not a STMTTRN (OFX 2.2 §13.9.2). */
static bool is_trade(const char *name)
{
    static const char *const trades[] = {
        "BUYDEBT",    "BUYMF",    "BUYOPT",    "BUYOTHER",  "BUYSTOCK", "CLOSUREOPT", "INCOME",
        "INVEXPENSE", "JRNLFUND", "JRNLSEC",   "MARGININT", "REINVEST", "RETOFCAP",   "SELLDEBT",
        "SELLMF",     "SELLOPT",  "SELLOTHER", "SELLSTOCK", "SPLIT",    "TRANSFER",
    };
    for (size_t i = 0; i < sizeof trades / sizeof *trades; i++)
        if (strcmp(name, trades[i]) == 0)
            return true;
    return false;
}

static struct str text_of(const struct ofx *ofx, enum text text)
{
    return reader_view(&ofx->texts[text]);
}

static int reject(struct statement *statement, const char *reason, struct err *err)
{
    struct ofx *ofx = statement->state;
    struct buf shown;
    buf_init(&shown, 200);
    for (int i = 0; i < 3; i++) {
        static const enum text order[] = {DATE, AMOUNT, NAME};
        struct str text = text_of(ofx, order[i]);
        if (text.size < 60)
            reader_add_words(&shown, text);
    }
    int result = reader_reject(statement, ofx->line, ofx->offset, reader_view(&shown), err, "%s", reason);
    buf_free(&shown);
    return result;
}

/* The statement's currency; else the transaction's own; else the account's. A CURSYM beside CURDEF only says
 * what the amount was before: banks state TRNAMT in the statement's. */
static const struct currency *currency_of(const struct statement *statement)
{
    const struct ofx *ofx = statement->state;
    const struct currency *currency = currency_find(str_of(ofx->currency));
    if (currency == NULL)
        currency = currency_find(text_of(ofx, SYMBOL));
    return currency != NULL ? currency : statement->options.currency;
}

static int read_date(struct str text, int32_t *date)
{
    return date_text_compact(text, date) == 0 ? 0 : date_text_iso(text, date);
}

static int end_transaction(struct statement *statement, struct err *err)
{
    struct ofx *ofx = statement->state;
    static const struct amount_style style = {.marks = AMOUNT_MARK_DECIMAL};
    ofx->transaction = false;
    struct statement_row row = {.line = ofx->line,
                                .offset = ofx->offset,
                                .has_date = true,
                                .pending = ofx->pending,
                                .currency = currency_of(statement)};
    struct amount amount;
    char reason[200];
    struct str date = text_of(ofx, DATE), number = text_of(ofx, AMOUNT);
    if (date.size == 0)
        return reject(statement, "date: DTPOSTED is missing", err);
    if (read_date(date, &row.date) != 0) {
        snprintf(reason, sizeof reason, "date: DTPOSTED \"%.*s\" is no day",
                 (int)(date.size < 20 ? date.size : 20), date.data);
        return reject(statement, reason, err);
    }
    if (number.size == 0)
        return reject(statement, "amount: TRNAMT is missing", err);
    const char *wrong =
        amount_parse(number, &style, row.currency == NULL ? 4 : row.currency->exponent, &amount);
    if (wrong != NULL) {
        snprintf(reason, sizeof reason, "amount: TRNAMT \"%.*s\" %s",
                 (int)(number.size < 40 ? number.size : 40), number.data, wrong);
        return reject(statement, str_is_utf8(str_of(reason)) ? reason : "amount: TRNAMT is not a number",
                      err);
    }
    if (row.currency == NULL)
        return reject(statement, "currency: the file states none and none was given", err);
    row.amount_minor = amount.mark == AMOUNT_DEBIT ? -amount.minor : amount.minor;
    row.has_value_date = text_of(ofx, DATE_AVAILABLE).size > 0 &&
                         read_date(text_of(ofx, DATE_AVAILABLE), &row.value_date) == 0;
    row.payee = text_of(ofx, NAME);
    row.memo = text_of(ofx, MEMO);
    row.counterparty = text_of(ofx, COUNTERPARTY);
    row.type = text_of(ofx, TYPE);
    row.reference = text_of(ofx, FITID).size > 0 ? text_of(ofx, FITID) : text_of(ofx, CHECKNUM);
    reader_add_words(&ofx->description, row.payee);
    if (!str_equal(row.payee, row.memo))
        reader_add_words(&ofx->description, row.memo);
    row.description = reader_view(&ofx->description);
    return reader_row(statement, &row, err);
}

static int open_element(struct statement *statement, const char *name, struct err *err)
{
    struct ofx *ofx = statement->state;
    size_t size = strlen(name);
    if (strcmp(name, "OFX") == 0) {
        ofx->any = true;
    } else if (strcmp(name, "STMTTRN") == 0 || strcmp(name, "STMTTRNP") == 0) {
        if (ofx->transaction && end_transaction(statement, err) != 0) /* its end tag is missing */
            return -1;
        ofx->transaction = true;
        ofx->pending = size == sizeof "STMTTRNP" - 1;
        ofx->line = ofx->sgml.tag_line;
        ofx->offset = ofx->sgml.tag_offset;
        for (int i = 0; i < TEXTS; i++)
            buf_reset(&ofx->texts[i]);
        buf_reset(&ofx->description);
    } else if (size > 6 && strcmp(name + size - 6, "STMTRS") == 0) {
        ofx->currency[0] = '\0';
        return reader_begin_part(statement, err);
    } else if (strcmp(name, "STMTRS") == 0) {
        ofx->currency[0] = '\0';
        return reader_begin_part(statement, err);
    } else if (!ofx->transaction && size > 8 && strcmp(name + size - 8, "ACCTFROM") == 0) {
        ofx->account = true;
    } else if (strcmp(name, "LEDGERBAL") == 0) {
        ofx->balance = true;
    } else if (strcmp(name, "AVAILBAL") == 0 || strcmp(name, "BALLIST") == 0) {
        ofx->balance = false;
    } else if (!ofx->transaction && !ofx->aside && is_trade(name)) {
        ofx->aside = true;
        statement->facts.set_aside++;
    }
    return 0;
}

static int close_element(struct statement *statement, const char *name, struct err *err)
{
    struct ofx *ofx = statement->state;
    size_t size = strlen(name);
    bool list = strcmp(name, "BANKTRANLIST") == 0 || strcmp(name, "INVTRANLIST") == 0 ||
                strcmp(name, "BANKTRANLISTP") == 0;
    if (ofx->transaction && (list || strcmp(name, "STMTTRN") == 0 || strcmp(name, "STMTTRNP") == 0))
        return end_transaction(statement, err);
    if (size > 8 && strcmp(name + size - 8, "ACCTFROM") == 0)
        ofx->account = false;
    else if (strcmp(name, "LEDGERBAL") == 0)
        ofx->balance = false;
    else if (is_trade(name))
        ofx->aside = false;
    return 0;
}

static void take_balance(struct statement *statement, struct str value)
{
    struct ofx *ofx = statement->state;
    struct statement_part *part = reader_part(statement);
    const struct currency *currency = currency_find(str_of(ofx->currency));
    static const struct amount_style style = {.marks = AMOUNT_MARK_DECIMAL};
    struct amount amount;
    if (currency == NULL)
        currency = statement->options.currency;
    if (part == NULL || currency == NULL || amount_parse(value, &style, currency->exponent, &amount) != NULL)
        return;
    if (part->currency[0] == '\0')
        memcpy(part->currency, currency->code, 4);
    part->has_closing = true;
    part->closing_minor = amount.minor;
}

static int take_leaf(struct statement *statement, const char *name, struct str value, struct err *err)
{
    (void)err;
    struct ofx *ofx = statement->state;
    for (size_t i = 0; ofx->transaction && i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].element, name) == 0) {
            reader_add_words(&ofx->texts[elements[i].text], value);
            return 0;
        }
    if (ofx->transaction)
        return 0;
    if (strcmp(name, "CURDEF") == 0 && amount_currency(value, ofx->currency)) {
        struct statement_part *part = reader_part(statement);
        if (part != NULL && part->rows == 0)
            memcpy(part->currency, ofx->currency, 4);
    } else if (strcmp(name, "ACCTID") == 0 && ofx->account && statement->facts.statement_count > 0) {
        reader_copy(reader_part(statement)->account, sizeof reader_part(statement)->account, value);
    } else if (strcmp(name, "BALAMT") == 0 && ofx->balance && statement->facts.statement_count > 0) {
        take_balance(statement, value);
    }
    return 0;
}

static void free_ofx(void *object)
{
    struct ofx *ofx = object;
    for (int i = 0; i < TEXTS; i++)
        buf_free(&ofx->texts[i]);
    buf_free(&ofx->description);
}

static int ofx_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    (void)head;
    (void)whole;
    (void)err;
    struct ofx *ofx = arena_alloc(&statement->arena, sizeof *ofx);
    statement->state = ofx;
    ofx->sgml.open = open_element;
    ofx->sgml.leaf = take_leaf;
    ofx->sgml.close = close_element;
    sgml_init(&ofx->sgml, statement);
    for (int i = 0; i < TEXTS; i++)
        buf_init(&ofx->texts[i], statement->options.limits.field_bytes);
    buf_init(&ofx->description, statement->options.limits.field_bytes * 2 + 1);
    arena_defer(&statement->arena, free_ofx, ofx);
    return 0;
}

static int ofx_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    struct ofx *ofx = statement->state;
    return sgml_feed(&ofx->sgml, text, offset, err);
}

static int ofx_finish(struct statement *statement, struct err *err)
{
    struct ofx *ofx = statement->state;
    if (sgml_finish(&ofx->sgml, err) != 0)
        return -1;
    if (ofx->transaction) {
        ofx->transaction = false;
        return reject(statement, "the file ends in the middle of this transaction", err);
    }
    if (!ofx->any)
        return err_set(err, ERR_REJECT, "the file has no <OFX> element");
    return 0;
}

const struct reader reader_ofx = {ofx_open, ofx_text, ofx_finish};
