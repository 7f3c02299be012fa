#include "bench/labelled.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "finance/date.h"
#include "statement/amount.h"
#include "statement/csv_split.h"

enum { DATE, DESCRIPTION, AMOUNT, USER, CATEGORY, COLUMNS };
enum { SHOWN_MAX = 5, FIELD_BYTES = 1 << 20, COLUMNS_MAX = 1024, READ_SIZE = 1 << 16 };

static const char *const column_names[COLUMNS] = {"date", "description", "amount", "user", "category"};

struct reader {
    const char *path;
    struct arena *arena;
    struct labelled_file *file;
    int columns[COLUMNS]; /* where each stands, -1: nowhere */
    bool begun;
    size_t capacity;           /* of rows */
    size_t *table, table_mask; /* users by their names: index + 1 */
};

static void fail(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

/* Twice the room, in the arena. */
static void *grown(struct arena *arena, const void *from, size_t count, size_t capacity, size_t size)
{
    char *to = arena_array(arena, capacity, size);
    if (count > 0)
        memcpy(to, from, count * size);
    return to;
}

static size_t user_of(struct reader *reader, struct str name)
{
    struct labelled_file *file = reader->file;
    if (2 * file->user_count >= reader->table_mask) {
        reader->table_mask = reader->table_mask * 4 + 3;
        reader->table = arena_array(reader->arena, reader->table_mask + 1, sizeof *reader->table);
        file->users =
            grown(reader->arena, file->users, file->user_count, reader->table_mask, sizeof *file->users);
        for (size_t i = 0; i < file->user_count; i++) {
            size_t at = hash_fnv1a(HASH_FNV_START, file->users[i].name, strlen(file->users[i].name));
            while (reader->table[at & reader->table_mask] != 0)
                at++;
            reader->table[at & reader->table_mask] = i + 1;
        }
    }
    size_t at = hash_fnv1a(HASH_FNV_START, name.data, name.size), index;
    for (; (index = reader->table[at & reader->table_mask]) != 0; at++)
        if (str_equal(str_of(file->users[index - 1].name), name))
            return index - 1;
    file->users[file->user_count] =
        (struct labelled_user){.name = arena_memdup(reader->arena, name.data, name.size)};
    reader->table[at & reader->table_mask] = file->user_count + 1;
    return file->user_count++;
}

/* The first record names the columns, in any order and among others. */
static void read_head(struct reader *reader, const struct csv_record *record)
{
    for (int column = 0; column < COLUMNS; column++) {
        reader->columns[column] = -1;
        for (size_t i = record->count; i-- > 0;) {
            struct str name = str_trim(record->fields[i]);
            if (name.size == strlen(column_names[column]) &&
                strncasecmp(name.data, column_names[column], name.size) == 0)
                reader->columns[column] = (int)i;
        }
        if (reader->columns[column] < 0 && column != USER) {
            fprintf(
                stderr,
                "%s: there is no column %s: the first line must name date,description,amount,user,category\n",
                reader->path, column_names[column]);
            exit(1);
        }
    }
}

static struct str field(const struct reader *reader, const struct csv_record *record, int column)
{
    int at = reader->columns[column];
    return at < 0 || (size_t)at >= record->count ? (struct str){"", 0} : str_trim(record->fields[at]);
}

/* A plain number, rounded to two decimals, or what a bank would write. */
static const char *read_amount(struct str text, int64_t *minor)
{
    char plain[64], *end;
    if (text.size > 0 && text.size < sizeof plain) {
        memcpy(plain, text.data, text.size);
        plain[text.size] = '\0';
        double number = strtod(plain, &end);
        if (*end == '\0') {
            *minor = fabs(number) < 1e15 ? llround(number * 100) : 0;
            return fabs(number) < 1e15 ? NULL : "the amount is too large";
        }
    }
    struct amount amount;
    const char *fault = amount_parse(text, &(struct amount_style){.marks = AMOUNT_MARK_DECIMAL}, 2, &amount);
    *minor = fault == NULL ? amount.minor : 0;
    return fault;
}

/* NULL, or why the record is no labelled transaction. */
static const char *read_row(const struct reader *reader, const struct csv_record *record,
                            struct labelled *row)
{
    struct str date = field(reader, record, DATE), category = field(reader, record, CATEGORY);
    struct str description = field(reader, record, DESCRIPTION);
    if (date.size > DATE_TEXT_SIZE - 1 && strchr("T ", date.data[DATE_TEXT_SIZE - 1]) != NULL)
        date.size = DATE_TEXT_SIZE - 1; /* a time of day follows */
    if (date_parse(date, &row->date) != 0)
        return "the date is not one that exists, as YYYY-MM-DD";
    if (category.size == 0)
        return "there is no category";
    const char *fault = read_amount(field(reader, record, AMOUNT), &row->amount_minor);
    if (fault != NULL)
        return fault;
    struct normalised *text = arena_alloc(reader->arena, sizeof *text);
    row->description = arena_memdup(reader->arena, description.data, description.size);
    row->category = arena_memdup(reader->arena, category.data, category.size);
    normalise_text(str_of(row->description), text);
    row->text = text;
    return NULL;
}

static int on_record(void *context, const struct csv_record *record, struct err *err)
{
    struct reader *reader = context;
    struct labelled_file *file = reader->file;
    (void)err;
    if (!reader->begun) {
        reader->begun = true;
        read_head(reader, record);
        return 0;
    }
    if (file->row_count == reader->capacity) {
        reader->capacity = reader->capacity * 2 + 1024;
        file->rows = grown(reader->arena, file->rows, file->row_count, reader->capacity, sizeof *file->rows);
    }
    struct labelled *row = &file->rows[file->row_count];
    const char *fault = record->broken != NULL ? record->broken : read_row(reader, record, row);
    if (fault != NULL) {
        if (++file->skipped <= SHOWN_MAX)
            fprintf(stderr, "%s:%" PRId64 ": left out: %s\n", reader->path, record->line, fault);
        return 0;
    }
    row->order = file->row_count;
    row->user = user_of(reader, field(reader, record, USER));
    file->row_count++;
    return 0;
}

static int by_user_and_time(const void *a, const void *b)
{
    const struct labelled *x = a, *y = b;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    if (x->date != y->date)
        return x->date < y->date ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void read_records(struct reader *reader, FILE *in)
{
    static char bytes[READ_SIZE];
    struct csv_split split;
    struct err err;
    csv_split_init(&split,
                   &(struct csv_split_options){.delimiter = ',',
                                               .quote = '"',
                                               .record_bytes = 4 * FIELD_BYTES,
                                               .field_bytes = FIELD_BYTES,
                                               .columns = COLUMNS_MAX,
                                               .record = on_record,
                                               .context = reader},
                   reader->arena);
    int64_t offset = 0;
    for (size_t size; (size = fread(bytes, 1, sizeof bytes, in)) > 0; offset += (int64_t)size) {
        size_t mark = offset == 0 && size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        if (csv_split_feed(&split, (struct str){bytes + mark, size - mark}, offset, &err) != 0)
            fail(reader->path, err.text);
    }
    if (ferror(in) != 0)
        fail(reader->path, strerror(errno));
    if (csv_split_finish(&split, &err) != 0)
        fail(reader->path, err.text);
    csv_split_free(&split);
}

void labelled_read(const char *path, struct arena *arena, struct labelled_file *file)
{
    *file = (struct labelled_file){0};
    struct reader reader = {.path = path, .arena = arena, .file = file};
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        fail(path, strerror(errno));
    read_records(&reader, in);
    fclose(in);
    if (file->skipped > SHOWN_MAX)
        fprintf(stderr, "%s: left out %zu rows in all\n", path, file->skipped);
    if (file->row_count == 0)
        fail(path, "there is no labelled transaction in it");
    qsort(file->rows, file->row_count, sizeof *file->rows, by_user_and_time);
    for (size_t i = file->row_count; i-- > 0;) {
        struct labelled_user *user = &file->users[file->rows[i].user];
        user->from = i;
        user->to = user->to == 0 ? i + 1 : user->to;
    }
}
