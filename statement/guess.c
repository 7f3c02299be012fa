#include "statement/guess.h"

#include <stdlib.h>

#include "statement/amount.h"
#include "statement/csv_split.h"
#include "statement/guess_columns.h"

enum { SAMPLE_MAX = 400 };

/* Copies a record of the head into the sample. */
static int keep_record(void *context, const struct csv_record *record, struct err *err)
{
    (void)err;
    struct sample *sample = context;
    if (sample->count == SAMPLE_MAX || record->broken != NULL)
        return 0;
    struct sample_record *kept = &sample->records[sample->count++];
    kept->line = record->line;
    kept->count = record->count;
    kept->cells = arena_array(sample->arena, record->count, sizeof *kept->cells);
    for (size_t i = 0; i < record->count; i++) {
        struct str cell = str_trim(record->fields[i]);
        kept->cells[i] = (struct str){arena_memdup(sample->arena, cell.data, cell.size), cell.size};
    }
    return 0;
}

static void read_sample(struct sample *sample, struct arena *arena, struct str head, bool whole,
                        char delimiter, char quote, int skip, const struct statement_limits *limits)
{
    *sample = (struct sample){.arena = arena, .delimiter = delimiter, .quote = quote};
    sample->records = arena_array(arena, SAMPLE_MAX, sizeof *sample->records);
    struct csv_split split;
    struct csv_split_options options = {
        .delimiter = delimiter,
        .quote = quote,
        .record_bytes = limits->record_bytes,
        .field_bytes = limits->field_bytes,
        .columns = limits->columns,
        .skip_lines = skip,
        .record = keep_record,
        .context = sample,
    };
    csv_split_init(&split, &options, arena);
    /* A head that was cut ends in half a record, which is left out. */
    if (csv_split_feed(&split, head, 0, NULL) == 0 && whole)
        (void)csv_split_finish(&split, NULL);
    csv_split_free(&split);
    sample_find_rows(sample);
}

/* Rows that have both a date and an amount and as many columns as most count; more columns break ties. */
static long sample_score(const struct sample *sample)
{
    long score = 0;
    for (size_t i = 0; i < sample->count; i++)
        if (sample->records[i].is_row)
            score += sample->records[i].count == sample->columns ? 100 : 20;
    return score + (long)(sample->columns < 40 ? sample->columns : 40);
}

/* "sep=;" in the first line is what Excel is told the delimiter by. */
static char separator_line(struct str head)
{
    if (!str_starts_nocase(head, "sep=") || head.size < 6 || (head.data[5] != '\r' && head.data[5] != '\n'))
        return '\0';
    return head.data[4];
}

static void choose_sample(struct arena *arena, struct str head, bool whole, const struct mapping *given,
                          const struct statement_limits *limits, struct sample *best)
{
    static const char delimiters[] = ",;\t|^~";
    char told = separator_line(head);
    int skip = given->skip_head > 0 ? given->skip_head : told != '\0' ? 1 : 0;
    if (given->delimiter >= 0)
        told = (char)given->delimiter;
    bool quotes = memchr(head.data, '"', head.size) != NULL;
    long best_score = -1;
    for (size_t i = 0; i < sizeof delimiters - 1; i++)
        for (int none = 0; none < 2; none++) {
            char delimiter = told != '\0' ? told : delimiters[i];
            char quote = given->quote >= 0 ? (char)given->quote : none ? '\0' : '"';
            if ((none && (!quotes || given->quote >= 0)) || (told != '\0' && i > 0) || quote == delimiter)
                continue;
            if (told == '\0' && memchr(head.data, delimiter, head.size) == NULL && i > 0)
                continue;
            struct sample sample;
            read_sample(&sample, arena, head, whole, delimiter, quote, skip, limits);
            long score = sample_score(&sample);
            if (score > best_score) {
                best_score = score;
                *best = sample;
            }
        }
    best->skipped = skip;
}

static bool looks_like_header(const struct sample_record *record)
{
    size_t named = 0, numbers = 0;
    for (size_t i = 0; i < record->count; i++) {
        struct str cell = record->cells[i];
        size_t digits = 0;
        for (size_t j = 0; j < cell.size; j++)
            digits += cell.data[j] >= '0' && cell.data[j] <= '9';
        named += cell.size > 0;
        numbers += digits * 2 > cell.size; /* "VWZ1" is a name */
    }
    return named >= 2 && numbers * 2 <= named;
}

/* The record before the first row that is wide enough to name its columns. */
static const struct sample_record *find_header(const struct sample *sample, const struct mapping *given)
{
    if (given->header == 0)
        return NULL;
    if (given->header == 1 && given->skip_head >= 0)
        return sample->count > 0 ? &sample->records[0] : NULL;
    size_t first = 0;
    while (first < sample->count && !sample->records[first].is_row)
        first++;
    for (size_t i = first; i-- > 0;) {
        const struct sample_record *record = &sample->records[i];
        if (record->count + 1 >= sample->columns && looks_like_header(record))
            return record;
    }
    if (first == sample->count && sample->count > 0 && looks_like_header(&sample->records[0]))
        return &sample->records[0];
    return given->header == 1 && sample->count > 0 ? &sample->records[0] : NULL;
}

/* What stands before the header, or before the first row when narrower lines do. */
static int lines_before(const struct sample *sample, const struct sample_record *header)
{
    if (header != NULL)
        return header->line > MAPPING_HEAD_MAX ? sample->skipped : (int)header->line - 1;
    for (size_t i = 0; i < sample->count; i++) {
        const struct sample_record *record = &sample->records[i];
        if (record->is_row && i > 0 && record->line <= MAPPING_HEAD_MAX)
            return (int)record->line - 1;
        if (record->is_row || record->count >= sample->columns)
            break;
    }
    return sample->skipped;
}

/* A guessed column by its name when the name is its alone, so that the mapping fits next month's file too. */
static struct mapping_column column_of(const struct sample_record *header, int number)
{
    struct mapping_column column = {NULL, number};
    if (header == NULL || number < 0 || (size_t)number >= header->count || header->cells[number].size == 0)
        return column;
    for (size_t i = 0; i < header->count; i++)
        if ((int)i != number && str_equal_nocase(header->cells[i], header->cells[number]))
            return column;
    return (struct mapping_column){header->cells[number].data, -1};
}

static void set_column(const struct sample_record *header, int number, struct mapping_column *column)
{
    if (number >= 0 && !mapping_has(column))
        *column = column_of(header, number);
}

static void set_flag(int *flag, bool value)
{
    if (*flag < 0 && value)
        *flag = 1;
}

static void take_money(const struct mapping *given, const struct sample_record *header,
                       struct columns_guess *found, struct guess *guess)
{
    struct mapping *mapping = &guess->mapping;
    bool stated = given->amount.count > 0 || mapping_has(&given->debit) || mapping_has(&given->credit);
    if (stated) {
        set_column(header, found->balance, &mapping->balance);
        return;
    }
    if (found->amount >= 0) {
        mapping->amount.count = 1;
        mapping->amount.list[0] = column_of(header, found->amount);
        if (found->sign >= 0 && !mapping_has(&mapping->sign)) {
            mapping->sign = column_of(header, found->sign);
            mapping->sign_debit = found->sign_debit;
            mapping->sign_credit = found->sign_credit;
        }
        set_flag(&mapping->invert, found->invert);
        set_flag(&mapping->minor_units, found->minor_units);
    } else {
        set_column(header, found->debit, &mapping->debit);
        set_column(header, found->credit, &mapping->credit);
    }
    set_column(header, found->balance, &mapping->balance);
    if (found->amount < 0 && found->debit < 0 && found->credit < 0)
        guess->certainty = 0;
}

static void take_columns(const struct mapping *given, const struct sample_record *header,
                         struct columns_guess *found, struct guess *guess)
{
    struct mapping *mapping = &guess->mapping;
    set_column(header, found->date, &mapping->date);
    if (found->date < 0 && !mapping_has(&mapping->date))
        guess->certainty = 0;
    for (size_t i = 0; mapping->date_format_count == 0 && i < found->format_count; i++)
        mapping->date_formats[i] = found->formats[i];
    if (mapping->date_format_count == 0)
        mapping->date_format_count = found->format_count;
    set_column(header, found->value_date, &mapping->value_date);
    take_money(given, header, found, guess);
    if (mapping->decimal < 0 && found->decimal != '\0')
        mapping->decimal = found->decimal;
    if (mapping->currency == NULL && found->currency[0] != '\0' && !mapping_has(&given->currency_column))
        mapping->currency = found->currency;
    if (mapping->currency == NULL)
        set_column(header, found->currency_column, &mapping->currency_column);
    if (!mapping_has(&given->payee) && given->memo.count == 0) {
        set_column(header, found->payee, &mapping->payee);
        mapping->memo.count = found->memo_count;
        for (size_t i = 0; i < found->memo_count; i++)
            mapping->memo.list[i] = column_of(header, found->memo[i]);
    }
    set_column(header, found->counterparty, &mapping->counterparty);
    set_column(header, found->reference, &mapping->bank_reference);
}

void guess_mapping(struct arena *arena, struct str head, bool whole, const struct mapping *given,
                   const struct currency *account, const struct statement_limits *limits, struct guess *guess)
{
    struct mapping nothing;
    mapping_init(&nothing);
    given = given == NULL ? &nothing : given;
    *guess = (struct guess){.mapping = *given, .certainty = 100};
    struct sample sample = {0};
    choose_sample(arena, head, whole, given, limits, &sample);
    const struct sample_record *header = find_header(&sample, given);
    struct mapping *mapping = &guess->mapping;
    if (mapping->delimiter < 0)
        mapping->delimiter = sample.delimiter;
    if (mapping->quote < 0)
        mapping->quote = sample.quote;
    if (mapping->header < 0)
        mapping->header = header != NULL;
    if (mapping->skip_head < 0)
        mapping->skip_head = lines_before(&sample, header);
    guess->columns = sample.columns;
    struct columns_guess found;
    guess_columns(&sample, header, given, account, &found);
    guess->debit_signed = found.debit_signed;
    guess->certainty = found.certainty;
    take_columns(given, header, &found, guess);
    if (guess->certainty < 0)
        guess->certainty = 0;
}
