#include "api/handlers/upload_preview.h"

#include "finance/date.h"

/* Rows shown. What comes behind them is read from the client and dropped. */
enum { PREVIEW_ROWS = 20 };

struct upload_preview {
    struct arena *arena;
    struct statement *statement;
    json_t *rows, *rejected;
    bool is_full, fed_all;
};

const struct mapping *upload_mapping_check(struct request *request, json_t *value, const char *pointer)
{
    struct mapping *mapping = arena_alloc(request->arena, sizeof *mapping);
    return mapping_read(request->arena, value, pointer, mapping, &request->faults) == 0 ? mapping : NULL;
}

const struct mapping *upload_mapping_read(struct request *request, struct str text)
{
    json_t *value = json_read(request->arena, text, &request->faults);
    return value == NULL ? NULL : upload_mapping_check(request, value, "/mapping");
}

static json_t *text_or_null(struct str text)
{
    return text.size == 0 ? json_null() : json_stringn(text.data, text.size);
}

static json_t *date_or_null(bool has, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    if (!has)
        return json_null();
    date_format(date, text);
    return json_string(text);
}

/* Stops the reader by an error of no class once enough was seen. */
static int count_row(struct upload_preview *preview, struct err *err)
{
    preview->is_full = json_array_size(preview->rows) + json_array_size(preview->rejected) >= PREVIEW_ROWS;
    return preview->is_full ? err_set(err, ERR_NONE, "enough") : 0;
}

static int on_row(void *context, const struct statement_row *row, struct err *err)
{
    struct upload_preview *preview = context;
    char amount[MONEY_TEXT_SIZE];
    money_format(row->amount_minor, row->currency->exponent, amount);
    json_t *shown = json_object();
    json_object_set_new(shown, "line", json_integer(row->line));
    json_object_set_new(shown, "offset", json_integer(row->offset));
    json_object_set_new(shown, "date", date_or_null(row->has_date, row->date));
    json_object_set_new(shown, "value_date", date_or_null(row->has_value_date, row->value_date));
    json_object_set_new(shown, "amount", json_string(amount));
    json_object_set_new(shown, "currency", json_string(row->currency->code));
    json_object_set_new(shown, "description", text_or_null(row->description));
    json_object_set_new(shown, "payee", text_or_null(row->payee));
    json_object_set_new(shown, "memo", text_or_null(row->memo));
    json_object_set_new(shown, "reference", text_or_null(row->reference));
    json_object_set_new(shown, "pending", json_boolean(row->pending));
    json_array_append_new(preview->rows, shown);
    return count_row(preview, err);
}

static int on_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    struct upload_preview *preview = context;
    json_t *shown = json_object();
    json_object_set_new(shown, "line", json_integer(reject->line));
    json_object_set_new(shown, "offset", json_integer(reject->offset));
    json_object_set_new(shown, "reason", json_string(reject->reason));
    json_object_set_new(shown, "text", text_or_null(reject->text));
    json_array_append_new(preview->rejected, shown);
    return count_row(preview, err);
}

static void close_statement(void *statement)
{
    statement_close(statement);
}

struct upload_preview *upload_preview_open(struct arena *arena, const struct statement_options *options)
{
    struct upload_preview *preview = arena_alloc(arena, sizeof *preview);
    struct statement_options all = *options;
    all.limits = statement_limits_of_settings();
    all.context = preview;
    all.row = on_row;
    all.reject = on_reject;
    preview->arena = arena;
    preview->rows = json_own(arena, json_array());
    preview->rejected = json_own(arena, json_array());
    preview->statement = statement_open(&all);
    arena_defer(arena, close_statement, preview->statement);
    return preview;
}

int upload_preview_feed(struct upload_preview *preview, struct str part, struct err *err)
{
    if (preview->is_full || statement_feed(preview->statement, part.data, part.size, err) == 0)
        return 0;
    return preview->is_full ? 0 : -1;
}

const char *upload_preview_end(struct upload_preview *preview, struct err *err)
{
    if (!preview->is_full && statement_finish(preview->statement, err) != 0 && !preview->is_full)
        return NULL;
    const struct statement_facts *facts = statement_facts(preview->statement);
    json_t *shown = json_own(preview->arena, json_object());
    json_object_set_new(shown, "format", json_string(statement_format_name(facts->format)));
    json_object_set_new(shown, "encoding", json_string(facts->encoding));
    json_object_set_new(shown, "encoding_assumed", json_boolean(facts->encoding_assumed));
    json_object_set_new(shown, "certainty", json_integer(facts->certainty));
    json_object_set(shown, "mapping",
                    facts->mapping == NULL ? json_null() : mapping_json(preview->arena, facts->mapping));
    json_object_set(shown, "rows", preview->rows);
    json_object_set(shown, "rejected", preview->rejected);
    return json_write(preview->arena, shown);
}
