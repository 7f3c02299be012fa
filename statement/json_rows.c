#include "statement/json_object.h"

/* JSON (RFC 8259) and NDJSON: a stream of objects, each cut out of the text without building the whole tree.
 * An object is a row unless it turns out to hold a list of objects under a name such as "transactions": then
 * it is a wrapping and the list's objects are the rows. */

enum { DEPTH_MAX = 64, KEY_SIZE = 64 };

struct json_rows {
    bool in_string, escaped, is_key, pending_list;
    char stack[DEPTH_MAX + 1];    /* '{' or '[' */
    size_t depth, row_depth;      /* row_depth: of the row's '{', 0 outside rows */
    bool row_pending, seen_money; /* the row has a member that names a date or an amount */
    char key[KEY_SIZE];           /* the last member's name */
    size_t key_size;
    bool after_array; /* the last thing was '[' behind a name of a wrapping's list */
    struct buf row;
    int64_t line, row_line, row_offset;
    bool after_return, any;
};

static bool holds(const char *key, const char *word)
{
    size_t size = strlen(word);
    for (; *key != '\0'; key++)
        if (str_starts_nocase(str_of(key), word) && strlen(key) >= size)
            return true;
    return false;
}

/* A list under this name has rows for elements even inside something that looks like a row. */
static bool names_list(const char *key)
{
    static const char *const lists[] = {"transactions", "booked",  "pending", "entries",    "rows",    "data",
                                        "items",        "records", "results", "statements", "accounts"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (str_equal_nocase(str_of(key), str_of(lists[i])))
            return true;
    return false;
}

static int end_row(struct statement *statement, struct err *err)
{
    struct json_rows *json = statement->state;
    json->row_depth = 0;
    if (json->row.overflowed)
        return reader_reject(statement, json->row_line, json->row_offset, reader_view(&json->row), err,
                             "the object is longer than a record may be");
    return json_object_read(statement, reader_view(&json->row), json->row_pending, json->row_line,
                            json->row_offset, err);
}

static void open_object(struct json_rows *json, int64_t offset)
{
    bool element = json->after_array && json->row_depth > 0 && (names_list(json->key) || !json->seen_money);
    if (element) /* what was taken for a row is a wrapping */
        json->row_depth = 0;
    if (json->row_depth > 0)
        return;
    json->row_depth = json->depth;
    json->row_pending = json->pending_list;
    json->seen_money = false;
    json->row_line = json->line;
    json->row_offset = offset;
    buf_reset(&json->row);
}

static int open_container(struct statement *statement, char c, int64_t offset, struct err *err)
{
    struct json_rows *json = statement->state;
    if (json->depth == DEPTH_MAX)
        return err_set(err, ERR_REJECT, "line %lld: JSON is nested deeper than %d levels",
                       (long long)json->line, DEPTH_MAX);
    json->stack[json->depth++] = c;
    json->any = true;
    if (c == '{') {
        open_object(json, offset);
        json->is_key = true;
    } else {
        json->pending_list = str_equal_nocase(str_of(json->key), STR("pending"));
        json->is_key = false;
    }
    json->after_array = c == '[';
    return 0;
}

static int close_container(struct statement *statement, char c, struct err *err)
{
    struct json_rows *json = statement->state;
    if (json->depth == 0 || json->stack[json->depth - 1] != (c == '}' ? '{' : '['))
        return err_set(err, ERR_REJECT, "line %lld: JSON has a '%c' that closes nothing",
                       (long long)json->line, c);
    json->after_array = false;
    bool row_ends = json->row_depth == json->depth && json->row_depth > 0;
    json->depth--;
    json->is_key = false;
    if (c == ']')
        json->pending_list = false;
    return row_ends ? end_row(statement, err) : 0;
}

static void take_string(struct json_rows *json, char c)
{
    if (json->escaped) {
        json->escaped = false;
    } else if (c == '\\') {
        json->escaped = true;
    } else if (c == '"') {
        json->in_string = false;
        if (json->is_key) {
            json->key[json->key_size] = '\0';
            json->seen_money = json->seen_money || holds(json->key, "date") || holds(json->key, "amount");
        }
        return;
    }
    if (json->is_key && json->key_size + 1 < KEY_SIZE)
        json->key[json->key_size++] = c;
}

/* A JSON string has no line end: of a line of NDJSON that was cut only that line is lost. */
static int break_line(struct statement *statement, struct err *err)
{
    struct json_rows *json = statement->state;
    if (json->row_depth != 1)
        return err_set(err, ERR_REJECT, "line %lld: a line ends within a string of the JSON",
                       (long long)json->line - 1);
    json->in_string = json->escaped = json->is_key = false;
    json->depth = json->row_depth = 0;
    return reader_reject(statement, json->row_line, json->row_offset, reader_view(&json->row), err,
                         "JSON: a line ends within a string");
}

static int take(struct statement *statement, char c, int64_t offset, struct err *err)
{
    struct json_rows *json = statement->state;
    if (json->in_string && (c == '\n' || c == '\r'))
        return break_line(statement, err);
    if (json->in_string) {
        take_string(json, c);
        return 0;
    }
    switch (c) {
    case '"':
        json->in_string = true;
        json->after_array = false;
        if (json->is_key)
            json->key_size = 0;
        return 0;
    case '{':
    case '[':
        return open_container(statement, c, offset, err);
    case '}':
    case ']':
        return close_container(statement, c, err);
    case ':':
        json->is_key = false;
        return 0;
    case ',':
        json->is_key = json->depth > 0 && json->stack[json->depth - 1] == '{';
        if (!json->is_key && json->row_depth == 0)
            json->after_array = true;
        return 0;
    default:
        return 0;
    }
}

static int json_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    struct json_rows *json = statement->state;
    const char *mark = text.data;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\r' || (c == '\n' && !json->after_return))
            json->line++;
        json->after_return = c == '\r';
        if (c == '{' && !json->in_string) {
            offset += reader_width(statement, (struct str){mark, (size_t)(text.data + i - mark)});
            mark = text.data + i;
        }
        bool inside = json->row_depth > 0;
        if (inside)
            buf_add_char(&json->row, c);
        if (take(statement, c, offset, err) != 0)
            return -1;
        if (json->row_depth > 0 && (!inside || json->row.size == 0))
            buf_add_char(&json->row, c); /* its '{' */
    }
    return 0;
}

static void free_json(void *object)
{
    struct json_rows *json = object;
    buf_free(&json->row);
}

static int json_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    (void)head;
    (void)whole;
    (void)err;
    struct json_rows *json = arena_alloc(&statement->arena, sizeof *json);
    statement->state = json;
    json->line = 1;
    buf_init(&json->row, statement->options.limits.record_bytes);
    arena_defer(&statement->arena, free_json, json);
    return 0;
}

static int json_finish(struct statement *statement, struct err *err)
{
    struct json_rows *json = statement->state;
    if (!json->any)
        return err_set(err, ERR_REJECT, "the file has no JSON object");
    if (json->row_depth == 0)
        return 0;
    json->row_depth = 0;
    return reader_reject(statement, json->row_line, json->row_offset, reader_view(&json->row), err,
                         "the file ends in the middle of this object");
}

const struct reader reader_json = {json_open, json_text, json_finish};
