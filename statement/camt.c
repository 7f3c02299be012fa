#include "statement/camt.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdio.h>

/* ISO 20022 camt.052 (account report), camt.053 (statement) and camt.054 (notification), any version, by
 * local names: a push parser that loads nothing, knows no entity but XML's five and refuses a DTD. */

enum {
    PATH_SIZE = 512,
    ENTRY_RECORDS = 16 /* transactions of one entry are kept up to as many times record_bytes */
};

struct camt {
    struct statement *statement;
    xmlParserCtxtPtr parser;
    struct err *err; /* of the call that is being made */
    bool failed, broken, ill_formed, in_part, in_entry, in_transaction, dtd;
    char path[PATH_SIZE]; /* local names below Stmt, or below Ntry, or below TxDtls: "/BookgDt/Dt" */
    size_t path_size, depth, lost_depth;
    char error[160]; /* why it is ill_formed */
    int error_line;
    struct buf text;
    char currency[8];
    struct arena arena; /* of the entry */
    struct camt_entry entry;
    struct camt_part *part;
    struct {
        char code[8], side[8], currency[8], amount[40];
    } balance;
};

/* Where a text of an entry and of a transaction stands. */
static const struct place {
    const char *path;
    enum camt_text text;
} entry_places[] =
    {
        {"/Amt", CAMT_AMOUNT},
        {"/CdtDbtInd", CAMT_SIDE},
        {"/Sts", CAMT_STATUS},
        {"/Sts/Cd", CAMT_STATUS},
        {"/BookgDt/Dt", CAMT_BOOKED},
        {"/BookgDt/DtTm", CAMT_BOOKED},
        {"/ValDt/Dt", CAMT_VALUE},
        {"/ValDt/DtTm", CAMT_VALUE},
        {"/AcctSvcrRef", CAMT_BANK_REFERENCE},
        {"/NtryRef", CAMT_ENTRY_REFERENCE},
        {"/AddtlNtryInf", CAMT_ADDITIONAL},
        {"/BkTxCd/Domn/Cd", CAMT_CODE},
        {"/BkTxCd/Domn/Fmly/Cd", CAMT_CODE},
        {"/BkTxCd/Domn/Fmly/SubFmlyCd", CAMT_CODE},
        {"/BkTxCd/Prtry/Cd", CAMT_CODE},
},
  transaction_places[] = {
      {"/Amt", CAMT_AMOUNT},
      {"/AmtDtls/TxAmt/Amt", CAMT_AMOUNT},
      {"/CdtDbtInd", CAMT_SIDE},
      {"/Refs/AcctSvcrRef", CAMT_BANK_REFERENCE},
      {"/Refs/TxId", CAMT_TRANSACTION_ID},
      {"/Refs/EndToEndId", CAMT_END_TO_END_ID},
      {"/RltdPties/Dbtr/Nm", CAMT_DEBTOR},
      {"/RltdPties/Dbtr/Pty/Nm", CAMT_DEBTOR},
      {"/RltdPties/DbtrAcct/Id/IBAN", CAMT_DEBTOR_ACCOUNT},
      {"/RltdPties/DbtrAcct/Id/Othr/Id", CAMT_DEBTOR_ACCOUNT},
      {"/RltdPties/DbtrAcct/Id/PrtryAcct/Id", CAMT_DEBTOR_ACCOUNT},
      {"/RltdPties/Cdtr/Nm", CAMT_CREDITOR},
      {"/RltdPties/Cdtr/Pty/Nm", CAMT_CREDITOR},
      {"/RltdPties/CdtrAcct/Id/IBAN", CAMT_CREDITOR_ACCOUNT},
      {"/RltdPties/CdtrAcct/Id/Othr/Id", CAMT_CREDITOR_ACCOUNT},
      {"/RltdPties/CdtrAcct/Id/PrtryAcct/Id", CAMT_CREDITOR_ACCOUNT},
      {"/RmtInf/Ustrd", CAMT_REMITTANCE},
      {"/RmtInf/Strd/CdtrRefInf/Ref", CAMT_REMITTANCE},
      {"/RmtInf/Strd/CdtrRefInf/CdtrRef", CAMT_REMITTANCE},
      {"/RmtInf/Strd/AddtlRmtInf", CAMT_REMITTANCE},
      {"/AddtlTxInf", CAMT_ADDITIONAL},
      {"/BkTxCd/Domn/Cd", CAMT_CODE},
      {"/BkTxCd/Domn/Fmly/Cd", CAMT_CODE},
      {"/BkTxCd/Domn/Fmly/SubFmlyCd", CAMT_CODE},
      {"/BkTxCd/Prtry/Cd", CAMT_CODE},
};

static void stop(struct camt *camt)
{
    camt->failed = true;
    xmlStopParser(camt->parser);
}

static bool is(const xmlChar *name, const char *text)
{
    return strcmp((const char *)name, text) == 0;
}

/* Texts that come several times are joined: lines of remittance, parts of a code. The first amount and date
 * stand. */
static void set_text(struct camt *camt, struct camt_part *part, enum camt_text text, struct str value)
{
    struct str *kept = &part->texts[text];
    bool joins = text == CAMT_REMITTANCE || text == CAMT_ADDITIONAL || text == CAMT_CODE;
    if (value.size == 0 || (kept->size > 0 && !joins) ||
        kept->size + value.size > camt->statement->options.limits.field_bytes)
        return;
    char separator = text == CAMT_CODE ? '/' : ' ';
    const char *joined = kept->size == 0 ? arena_memdup(&camt->arena, value.data, value.size)
                                         : arena_printf(&camt->arena, "%.*s%c%.*s", (int)kept->size,
                                                        kept->data, separator, (int)value.size, value.data);
    *kept = str_of(joined);
    if (text == CAMT_AMOUNT)
        part->texts[CAMT_CURRENCY] = str_of(arena_strdup(&camt->arena, camt->currency));
}

static void begin_entry(struct camt *camt)
{
    arena_reset(&camt->arena);
    camt->entry = (struct camt_entry){0};
    camt->in_entry = true;
    camt->path[0] = '\0';
    camt->path_size = 0;
    xmlParserInputPtr input = camt->parser->input;
    const xmlChar *at = input->cur;
    while (at > input->base && *at != '<')
        at--;
    camt->entry.line = input->line;
    for (const xmlChar *c = at; c < input->cur; c++)
        camt->entry.line -= *c == '\n';
    long consumed = xmlByteConsumed(camt->parser);
    camt->entry.offset =
        consumed < 0 ? 0 : consumed - (input->cur - at) + (int64_t)camt->statement->encoding.bom_size;
}

static void begin_transaction(struct camt *camt)
{
    camt->in_transaction = true;
    camt->path_size = 0;
    camt->part = arena_alloc(&camt->arena, sizeof *camt->part);
    if (camt->arena.used > camt->statement->options.limits.record_bytes * ENTRY_RECORDS) {
        camt->entry.cut = true;
        return; /* its texts are read and forgotten */
    }
    if (camt->entry.last == NULL)
        camt->entry.first = camt->part;
    else
        camt->entry.last->next = camt->part;
    camt->entry.last = camt->part;
    camt->entry.count++;
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                          int namespaces, const xmlChar **namespace_list, int attributes, int defaulted,
                          const xmlChar **list)
{
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    struct camt *camt = context;
    if (camt->failed)
        return;
    buf_reset(&camt->text);
    if (is(name, "Stmt") || is(name, "Rpt") || is(name, "Ntfctn")) {
        camt->in_part = true;
        camt->path_size = 0;
        if (reader_begin_part(camt->statement, camt->err) != 0)
            stop(camt);
        return;
    }
    if (!camt->in_part)
        return;
    if (is(name, "Ntry") && !camt->in_entry && camt->path_size == 0) {
        begin_entry(camt);
        return;
    }
    if (is(name, "TxDtls") && camt->in_entry && !camt->in_transaction &&
        strcmp(camt->path, "/NtryDtls") == 0) {
        begin_transaction(camt);
        return;
    }
    if (is(name, "Bal") && !camt->in_entry)
        memset(&camt->balance, 0, sizeof camt->balance);
    size_t size = strlen((const char *)name);
    if (camt->lost_depth > 0 || camt->path_size + size + 2 > PATH_SIZE) {
        camt->lost_depth++;
        return;
    }
    camt->path[camt->path_size++] = '/';
    memcpy(camt->path + camt->path_size, name, size + 1);
    camt->path_size += size;
    if (!is(name, "Amt"))
        return;
    camt->currency[0] = '\0';
    for (int i = 0; i < attributes; i++)
        if (is(list[5 * i], "Ccy"))
            reader_copy(
                camt->currency, sizeof camt->currency,
                (struct str){(const char *)list[5 * i + 3], (size_t)(list[5 * i + 4] - list[5 * i + 3])});
}

static void take_balance(struct camt *camt)
{
    struct statement_part *part = reader_part(camt->statement);
    const struct currency *currency = currency_find(str_of(camt->balance.currency));
    bool opening = strcmp(camt->balance.code, "OPBD") == 0,
         previous = strcmp(camt->balance.code, "PRCD") == 0;
    bool closing = strcmp(camt->balance.code, "CLBD") == 0;
    int64_t minor;
    if ((!opening && !previous && !closing) || currency == NULL || (previous && part->has_opening) ||
        camt_amount(str_of(camt->balance.amount), str_of(camt->balance.side), currency, &minor) != NULL)
        return;
    if (part->currency[0] == '\0')
        memcpy(part->currency, currency->code, 4);
    if (memcmp(part->currency, currency->code, 4) != 0) {
        part->foreign = true;
        return;
    }
    *(closing ? &part->has_closing : &part->has_opening) = true;
    *(closing ? &part->closing_minor : &part->opening_minor) = minor;
}

/* A text below Stmt but outside entries. */
static void take_statement_text(struct camt *camt, struct str value)
{
    struct statement_part *part = reader_part(camt->statement);
    const char *path = camt->path;
    if (strcmp(path, "/Acct/Id/IBAN") == 0 || strcmp(path, "/Acct/Id/Othr/Id") == 0 ||
        strcmp(path, "/Acct/Id/PrtryAcct/Id") == 0) {
        reader_copy(part->account, sizeof part->account, value);
    } else if (strcmp(path, "/Acct/Ccy") == 0 && currency_find(value) != NULL) {
        reader_copy(part->currency, sizeof part->currency, value);
    } else if (strcmp(path, "/Bal/Tp/CdOrPrtry/Cd") == 0) {
        reader_copy(camt->balance.code, sizeof camt->balance.code, value);
    } else if (strcmp(path, "/Bal/CdtDbtInd") == 0) {
        reader_copy(camt->balance.side, sizeof camt->balance.side, value);
    } else if (strcmp(path, "/Bal/Amt") == 0) {
        reader_copy(camt->balance.amount, sizeof camt->balance.amount, value);
        memcpy(camt->balance.currency, camt->currency, sizeof camt->balance.currency);
    } else if (strcmp(path, "/Bal") == 0) {
        take_balance(camt);
    }
}

static void take_text(struct camt *camt, struct str value)
{
    const struct place *places = camt->in_transaction ? transaction_places : entry_places;
    size_t count = camt->in_transaction ? sizeof transaction_places / sizeof *places
                                        : sizeof entry_places / sizeof *places;
    if (!camt->in_entry) {
        take_statement_text(camt, value);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(places[i].path, camt->path) == 0) {
            set_text(camt, camt->in_transaction ? camt->part : &camt->entry.own, places[i].text, value);
            return;
        }
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    struct camt *camt = context;
    if (camt->failed || !camt->in_part)
        return;
    if (camt->lost_depth > 0) {
        camt->lost_depth--;
        return;
    }
    if (camt->path_size == 0) { /* the end of the container itself */
        if (camt->in_transaction) {
            camt->in_transaction = false;
            memcpy(camt->path, "/NtryDtls", 10);
            camt->path_size = 9;
        } else if (camt->in_entry) {
            camt->in_entry = false;
            if (camt_entry_finish(camt->statement, &camt->arena, &camt->entry, camt->err) != 0)
                stop(camt);
        } else {
            camt->in_part = false;
        }
        return;
    }
    struct buf line;
    buf_init(&line, camt->text.limit);
    reader_add_line(&line, reader_view(&camt->text));
    take_text(camt, reader_view(&line));
    buf_free(&line);
    buf_reset(&camt->text);
    camt->path_size -= strlen((const char *)name) + 1;
    camt->path[camt->path_size] = '\0';
}

static void characters(void *context, const xmlChar *text, int size)
{
    struct camt *camt = context;
    if (camt->in_part && size > 0)
        buf_add(&camt->text, text, (size_t)size);
}

static void refuse_dtd(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    struct camt *camt = context;
    camt->dtd = true;
    err_set(camt->err, ERR_REJECT, "the XML has a document type declaration, which no bank file needs");
    stop(camt);
}

/* Slips after which the structure still stands, so that libxml2's recovery is right: a bare '&', an entity
 * that is none, a character that XML does not have. */
static bool is_slip(int code)
{
    static const int slips[] = {XML_ERR_NAME_REQUIRED,     XML_ERR_ENTITYREF_SEMICOL_MISSING,
                                XML_ERR_UNDECLARED_ENTITY, XML_WAR_UNDECLARED_ENTITY,
                                XML_ERR_INVALID_CHAR,      XML_ERR_INVALID_CHARREF};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (slips[i] == code)
            return true;
    return false;
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct camt *camt = context;
    if (camt->failed || camt->ill_formed || error->level != XML_ERR_FATAL || is_slip(error->code))
        return;
    camt->ill_formed = true;
    camt->error_line = error->line;
    snprintf(camt->error, sizeof camt->error, "%s", error->message == NULL ? "" : error->message);
    xmlStopParser(camt->parser);
}

static void free_camt(void *object)
{
    struct camt *camt = object;
    xmlFreeParserCtxt(camt->parser);
    buf_free(&camt->text);
    arena_free(&camt->arena);
}

static int camt_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    (void)head;
    (void)whole;
    struct camt *camt = arena_alloc(&statement->arena, sizeof *camt);
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = start_element,
        .endElementNs = end_element,
        .characters = characters,
        .cdataBlock = characters,
        .internalSubset = refuse_dtd,
        .serror = on_error,
    };
    statement->state = camt;
    camt->statement = statement;
    camt->parser = xmlCreatePushParserCtxt(&handler, camt, NULL, 0, NULL);
    if (camt->parser == NULL)
        return err_set(err, ERR_BUG, "libxml2 made no parser");
    /* The text is UTF-8 by now, whatever its declaration says. */
    xmlCtxtUseOptions(camt->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_RECOVER);
    buf_init(&camt->text, statement->options.limits.field_bytes);
    arena_init(&camt->arena);
    arena_defer(&statement->arena, free_camt, camt);
    return 0;
}

/* The rows before the place where the XML breaks stand; what follows can't be told. */
static int break_off(struct camt *camt, struct err *err)
{
    char *reason = camt->error;
    reason[strcspn(reason, "\r\n")] = '\0';
    if (!str_is_utf8(str_of(reason)) || reason[0] == '\0')
        snprintf(reason, sizeof camt->error, "it is not well-formed");
    int line = camt->error_line;
    camt->broken = true;
    if (camt->statement->facts.statement_count == 0)
        return err_set(err, ERR_REJECT, "the XML can't be read: line %d: %s", line, reason);
    int64_t offset = camt->in_entry ? camt->entry.offset : xmlByteConsumed(camt->parser);
    return reader_reject(camt->statement, line, offset, STR(""), err,
                         "the XML can't be read from here on: %s", reason);
}

static int parse(struct camt *camt, struct str text, int terminate, struct err *err)
{
    camt->err = err;
    int result = 0;
    for (size_t done = 0; !camt->broken && result == 0 && (done < text.size || terminate);) {
        size_t size = text.size - done < 65536 ? text.size - done : 65536;
        (void)xmlParseChunk(camt->parser, text.data + done, (int)size, terminate); /* on_error has it */
        if (camt->failed)
            result = -1;
        else if (camt->ill_formed)
            result = break_off(camt, err);
        done += size;
        if (terminate)
            break;
    }
    camt->err = NULL;
    return result;
}

static int camt_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    (void)offset;
    return parse(statement->state, text, 0, err);
}

static int camt_finish(struct statement *statement, struct err *err)
{
    struct camt *camt = statement->state;
    if (parse(camt, STR(""), 1, err) != 0)
        return -1;
    if (statement->facts.statement_count == 0)
        return err_set(err, ERR_REJECT,
                       "the camt message has no statement, report or notification (Stmt, Rpt, Ntfctn)");
    return 0;
}

const struct reader reader_camt = {camt_open, camt_text, camt_finish};
