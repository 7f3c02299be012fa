#include "statement/csv.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER_SEARCH = 60 }; /* records that may stand before the header when the mapping names columns */

static struct str text_of(const struct csv_row *row, int text)
{
    size_t end = text < 4 ? row->starts[text + 1] : row->texts.size;
    return (struct str){row->texts.data == NULL ? "" : row->texts.data + row->starts[text],
                        end - row->starts[text]};
}

static void follow_balance(struct csv_chain *chain, const struct statement_row *row)
{
    if (row->pending)
        return;
    if (chain->rows++ == 0) {
        chain->first_amount = row->amount_minor;
        chain->first_balance = row->balance_minor;
        chain->first_date = row->date;
    } else {
        int64_t up, down;
        chain->up_breaks +=
            money_add(chain->last_balance, row->amount_minor, &up) != 0 || up != row->balance_minor;
        chain->down_breaks +=
            money_add(row->balance_minor, chain->last_amount, &down) != 0 || down != chain->last_balance;
    }
    chain->with_balance += row->has_balance;
    chain->last_amount = row->amount_minor;
    chain->last_balance = row->balance_minor;
    chain->last_date = row->date;
}

/* Hands on the row that was held back for its continuation lines. */
static int flush(struct csv *csv, struct err *err)
{
    if (!csv->held)
        return 0;
    csv->held = false;
    struct statement_row *row = &csv->row.row;
    row->payee = text_of(&csv->row, 0);
    row->memo = text_of(&csv->row, 1);
    row->counterparty = text_of(&csv->row, 2);
    row->reference = text_of(&csv->row, 3);
    row->description = text_of(&csv->row, 4);
    follow_balance(&csv->chain, row);
    return reader_row(csv->statement, row, err);
}

static void hold(struct csv *csv)
{
    struct csv_row row = csv->row;
    csv->row = csv->next;
    csv->next = row;
    csv->held = true;
    csv->continuations = 0;
}

static int reject(struct csv *csv, const struct csv_record *record, const char *reason, struct err *err)
{
    char text[256] = "";
    size_t size = 0;
    for (size_t i = 0; i < record->count && size + 1 < sizeof text; i++) {
        if (i > 0)
            text[size++] = csv->mapping->delimiter == '\t' ? ' ' : (char)csv->mapping->delimiter;
        reader_copy(text + size, sizeof text - size, record->fields[i]);
        size += strlen(text + size);
    }
    text[size] = '\0';
    return reader_reject(csv->statement, record->line, record->offset, str_of(text), err, "%s", reason);
}

static int state_balance(struct csv *csv, bool opening, struct err *err)
{
    struct statement_part *part = reader_part(csv->statement);
    const struct statement_row *row = &csv->next.row;
    if (part == NULL)
        return err_set(err, ERR_REJECT, "the file has too many statements");
    if (part->currency[0] == '\0')
        memcpy(part->currency, row->currency->code, 4);
    if (memcmp(part->currency, row->currency->code, 4) != 0)
        return 0;
    *(opening ? &part->has_opening : &part->has_closing) = true;
    *(opening ? &part->opening_minor : &part->closing_minor) = row->amount_minor;
    return 0;
}

static int take_data(struct csv *csv, const struct csv_record *record, struct err *err)
{
    char reason[CSV_REASON_SIZE];
    enum csv_result result = csv_row_read(csv, record, &csv->next, reason);
    if (result == CSV_SKIP)
        return 0;
    if (result == CSV_CONTINUATION && csv->held && csv->continuations < CSV_CONTINUATIONS) {
        csv->continuations++;
        csv_row_continue(csv, record, &csv->row);
        return 0;
    }
    if (flush(csv, err) != 0)
        return -1;
    switch (result) {
    case CSV_ROW:
        hold(csv);
        return 0;
    case CSV_OPENING:
    case CSV_CLOSING:
        return state_balance(csv, result == CSV_OPENING, err);
    case CSV_CONTINUATION:
        return reject(csv, record, "date: is empty, and so is the amount", err);
    default:
        return reject(csv, record, reason, err);
    }
}

static int find_column(const struct csv *csv, const struct mapping_column *column)
{
    if (column->name == NULL)
        return column->number;
    struct str name = str_trim(str_of(column->name));
    for (size_t i = 0; i < csv->header_size; i++)
        if (str_equal(str_of(csv->header[i]), name))
            return (int)i;
    for (size_t i = 0; i < csv->header_size; i++)
        if (str_equal_nocase(str_of(csv->header[i]), name))
            return (int)i;
    return -1;
}

/* Walks over all columns of the mapping. NULL, or the name of one that the header does not have. */
static const char *resolve(struct csv *csv, const char **field)
{
    const struct mapping *mapping = csv->mapping;
    struct csv_columns *at = &csv->columns;
    const struct {
        const char *field;
        const struct mapping_column *column;
        int *number;
    } single[] = {
        {"date", &mapping->date, &at->date},
        {"value_date", &mapping->value_date, &at->value_date},
        {"debit", &mapping->debit, &at->debit},
        {"credit", &mapping->credit, &at->credit},
        {"sign", &mapping->sign, &at->sign},
        {"currency_column", &mapping->currency_column, &at->currency},
        {"payee", &mapping->payee, &at->payee},
        {"counterparty", &mapping->counterparty, &at->counterparty},
        {"bank_reference", &mapping->bank_reference, &at->reference},
        {"balance", &mapping->balance, &at->balance},
    };
    const char *missing = NULL;
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        *single[i].number = find_column(csv, single[i].column);
        if (*single[i].number < 0 && single[i].column->name != NULL && missing == NULL) {
            missing = single[i].column->name;
            *field = single[i].field;
        }
    }
    const struct mapping_columns *lists[] = {&mapping->amount, &mapping->memo};
    int *numbers[] = {at->amount, at->memo};
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < lists[list]->count; i++) {
            numbers[list][i] = find_column(csv, &lists[list]->list[i]);
            if (numbers[list][i] < 0 && missing == NULL) {
                missing = lists[list]->list[i].name;
                *field = list == 0 ? "amount" : "memo";
            }
        }
    for (size_t i = 0; i < mapping->ignore_count; i++) {
        at->ignore[i] = find_column(csv, &mapping->ignore_rows[i].column);
        if (at->ignore[i] < 0 && missing == NULL) {
            missing = mapping->ignore_rows[i].column.name;
            *field = "ignore_rows";
        }
    }
    return missing;
}

static int refuse_mapping(struct csv *csv, const char *field, const char *missing, struct err *err)
{
    char names[160] = "";
    size_t size = 0;
    for (size_t i = 0; i < csv->header_size && size + 4 < sizeof names; i++) {
        size += (size_t)snprintf(names + size, sizeof names - size, "%s", i > 0 ? ", " : "");
        reader_copy(names + size, sizeof names - size, str_of(csv->header[i]));
        size += strlen(names + size);
    }
    if (names[0] == '\0')
        return err_set(err, ERR_REJECT, "mapping/%s: the file has no header with a column \"%.60s\"", field,
                       missing);
    return err_set(err, ERR_REJECT, "mapping/%s: the file has no column \"%.60s\"; it has %s", field, missing,
                   names);
}

static int take_header(struct csv *csv, const struct csv_record *record, struct err *err)
{
    csv->header_size = record->count;
    csv->header = arena_array(&csv->statement->arena, record->count, sizeof *csv->header);
    for (size_t i = 0; i < record->count; i++) {
        struct str name = csv_cell(record, (int)i);
        csv->header[i] = arena_memdup(&csv->statement->arena, name.data, name.size);
    }
    const char *field = "", *missing = resolve(csv, &field);
    if (missing == NULL) {
        csv->header_done = true;
        return 0;
    }
    if (++csv->lines_before_header < HEADER_SEARCH)
        return 0;
    return refuse_mapping(csv, field, missing, err);
}

static bool all_blank(const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (csv_cell(record, (int)i).size > 0)
            return false;
    return true;
}

static int take_record(struct csv *csv, const struct csv_record *record, struct err *err)
{
    if (all_blank(record))
        return 0;
    if (!csv->header_done)
        return take_header(csv, record, err);
    bool money = csv->mapping->amount.count > 0 || csv->columns.debit >= 0 || csv->columns.credit >= 0;
    if (csv->columns.date < 0 || !money)
        return err_set(err, ERR_REJECT, "the column of the %s can't be told from the file; give a mapping",
                       csv->columns.date < 0 ? "date" : "amount");
    return take_data(csv, record, err);
}

static void drop_held(struct csv_held *held)
{
    free(held->text);
    free(held->fields);
    *held = (struct csv_held){0};
}

static void keep_held(struct csv_held *held, const struct csv_record *record)
{
    size_t size = 1, at = 0;
    for (size_t i = 0; i < record->count; i++)
        size += record->fields[i].size;
    held->record = *record;
    held->text = malloc(size);
    held->fields = calloc(record->count + 1, sizeof *held->fields);
    if (held->text == NULL || held->fields == NULL)
        abort();
    for (size_t i = 0; i < record->count; i++) {
        memcpy(held->text + at, record->fields[i].data, record->fields[i].size);
        held->fields[i] = (struct str){held->text + at, record->fields[i].size};
        at += record->fields[i].size;
    }
    held->record.fields = held->fields;
}

/* The last skip_foot records never come out of the ring. */
static int on_record(void *context, const struct csv_record *record, struct err *err)
{
    struct csv *csv = context;
    size_t size = csv->mapping->skip_foot > 0 ? (size_t)csv->mapping->skip_foot : 0;
    if (size == 0 || !csv->header_done)
        return take_record(csv, record, err);
    if (all_blank(record))
        return 0;
    struct csv_held *held = &csv->foot[csv->foot_next];
    int result = csv->foot_count == size ? take_record(csv, &held->record, err) : 0;
    drop_held(held);
    keep_held(held, record);
    csv->foot_next = (csv->foot_next + 1) % size;
    csv->foot_count += csv->foot_count < size;
    return result;
}

static int64_t width_of(void *context, struct str text)
{
    const struct csv *csv = context;
    return reader_width(csv->statement, text);
}

static void free_csv(void *object)
{
    struct csv *csv = object;
    csv_split_free(&csv->split);
    buf_free(&csv->row.texts);
    buf_free(&csv->next.texts);
    for (size_t i = 0; csv->foot != NULL && i < MAPPING_FOOT_MAX; i++)
        drop_held(&csv->foot[i]);
}

static int csv_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    struct csv *csv = arena_alloc(&statement->arena, sizeof *csv);
    const struct statement_limits *limits = &statement->options.limits;
    statement->state = csv;
    csv->statement = statement;
    guess_mapping(&statement->arena, head, whole, statement->options.mapping, statement->options.currency,
                  limits, &csv->guess);
    csv->mapping = &csv->guess.mapping;
    if (csv->mapping->encoding == NULL)
        csv->guess.mapping.encoding = statement->facts.encoding;
    statement->facts.mapping = csv->mapping;
    statement->facts.certainty = csv->guess.certainty - (statement->encoding.assumed ? 10 : 0);
    if (statement->facts.certainty < 0)
        statement->facts.certainty = 0;
    csv->currency = statement->options.currency;
    if (csv->mapping->currency != NULL)
        csv->currency = currency_find(str_of(csv->mapping->currency));
    buf_init(&csv->row.texts, limits->record_bytes * 3);
    buf_init(&csv->next.texts, limits->record_bytes * 3);
    if (csv->mapping->skip_foot > 0)
        csv->foot = arena_array(&statement->arena, MAPPING_FOOT_MAX, sizeof *csv->foot);
    struct csv_split_options options = {
        .delimiter = (char)csv->mapping->delimiter,
        .quote = (char)csv->mapping->quote,
        .record_bytes = limits->record_bytes,
        .field_bytes = limits->field_bytes,
        .columns = limits->columns,
        .skip_lines = csv->mapping->skip_head > 0 ? csv->mapping->skip_head : 0,
        .width = statement->encoding.kind == ENCODING_UTF8 ? NULL : width_of,
        .replaced = statement->encoding.kind == ENCODING_OTHER ? NULL : &statement->decoder.replaced,
        .record = on_record,
        .context = csv,
    };
    csv_split_init(&csv->split, &options, &statement->arena);
    arena_defer(&statement->arena, free_csv, csv);
    if (csv->mapping->header == 1)
        return 0;
    csv->header_done = true;
    const char *field = "", *missing = resolve(csv, &field);
    return missing == NULL ? 0 : refuse_mapping(csv, field, missing, err);
}

static int csv_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    struct csv *csv = statement->state;
    return csv_split_feed(&csv->split, text, offset, err);
}

/* A running balance proves the rows when it is one: stated in each, and more often right than broken. */
static void prove(struct csv *csv)
{
    const struct csv_chain *chain = &csv->chain;
    if (chain->rows < 2 || chain->with_balance != chain->rows)
        return;
    struct statement_part *part = reader_part(csv->statement);
    if (part == NULL || part->has_opening || part->has_closing)
        return;
    bool up = chain->up_breaks < chain->down_breaks ||
              (chain->up_breaks == chain->down_breaks && chain->first_date <= chain->last_date);
    if ((up ? chain->up_breaks : chain->down_breaks) * 4 >= chain->rows)
        return;
    int64_t opening;
    if (money_add(up ? chain->first_balance : chain->last_balance,
                  up ? -chain->first_amount : -chain->last_amount, &opening) != 0)
        return;
    part->has_opening = part->has_closing = true;
    part->opening_minor = opening;
    part->closing_minor = up ? chain->last_balance : chain->first_balance;
}

static int csv_finish(struct statement *statement, struct err *err)
{
    struct csv *csv = statement->state;
    if (csv_split_finish(&csv->split, err) != 0 || flush(csv, err) != 0)
        return -1;
    if (!csv->header_done && csv->lines_before_header > 0) {
        const char *field = "", *missing = resolve(csv, &field);
        return refuse_mapping(csv, field, missing == NULL ? "" : missing, err);
    }
    prove(csv);
    return 0;
}

const struct reader reader_csv = {csv_open, csv_text, csv_finish};
