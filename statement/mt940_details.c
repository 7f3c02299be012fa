#include "statement/mt940_details.h"

#include <stdbool.h>

#include "statement/reader.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct str first_line(struct str text, struct str *rest)
{
    return str_split(text, '\n', rest);
}

void mt940_details_entry(struct str rest, struct buf texts[MT940_TEXTS])
{
    struct str details, line = first_line(rest, &details), bank = STR("");
    bool code = line.size >= 4 && (*line.data == 'N' || *line.data == 'F' || *line.data == 'S');
    for (size_t i = 1; i < 4 && code; i++)
        code = is_digit(line.data[i]) || (line.data[i] >= 'A' && line.data[i] <= 'Z');
    if (code) {
        reader_add_line(&texts[MT940_TYPE], (struct str){line.data, 4});
        line = (struct str){line.data + 4, line.size - 4};
    }
    for (size_t i = 0; i + 1 < line.size; i++)
        if (line.data[i] == '/' && line.data[i + 1] == '/') {
            bank = (struct str){line.data + i + 2, line.size - i - 2};
            line.size = i;
            break;
        }
    line = str_trim(line);
    bank = str_trim(bank);
    /* The bank's own reference is the better evidence; the customer's stands in for it. */
    if (bank.size > 0)
        reader_add_line(&texts[MT940_REFERENCE], bank);
    else if (line.size > 0 && !str_equal_nocase(line, STR("NONREF")))
        reader_add_line(&texts[MT940_REFERENCE], line);
    reader_add_line(&texts[MT940_DESCRIPTION], details);
}

/* Without line ends, which SWIFT puts wherever a line is full. */
static void join_lines(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\n' && text.data[i] != '\r')
            buf_add_char(out, text.data[i]);
}

/* "166?00TEXT?20…": three digits, a separator, two digits. */
static bool is_structured(struct str text)
{
    return text.size > 6 && is_digit(text.data[0]) && is_digit(text.data[1]) && is_digit(text.data[2]) &&
           !is_digit(text.data[3]) && text.data[3] != ' ' && (unsigned char)text.data[3] < 0x80 &&
           is_digit(text.data[4]) && is_digit(text.data[5]) &&
           memchr(text.data + 4, text.data[3], text.size - 4) != NULL;
}

static void take_part(int code, struct str value, struct buf *purpose, struct buf texts[MT940_TEXTS])
{
    if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63))
        buf_add(purpose, value.data, value.size); /* parts of one text that was cut every 27 characters */
    else if (code == 0)
        reader_add_words(&texts[MT940_DESCRIPTION], value);
    else if (code == 31 || code == 38)
        reader_add_words(&texts[MT940_COUNTERPARTY], value);
    else if (code == 32 || code == 33)
        reader_add_words(&texts[MT940_PAYEE], value);
}

static void read_structured(struct str text, struct buf *purpose, struct buf texts[MT940_TEXTS])
{
    char separator = text.data[3];
    size_t at = 3;
    while (at + 2 < text.size) {
        size_t end = at + 3;
        while (end < text.size && !(text.data[end] == separator && end + 2 < text.size &&
                                    is_digit(text.data[end + 1]) && is_digit(text.data[end + 2])))
            end++;
        int code = (text.data[at + 1] - '0') * 10 + text.data[at + 2] - '0';
        take_part(code, (struct str){text.data + at + 3, end - at - 3}, purpose, texts);
        at = end;
    }
}

/* "EREF+…SVWZ+…" within the purpose: what is behind SVWZ+ up to the next word. */
static struct str sepa_purpose(struct str text)
{
    static const char *const ends[] = {"EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "COAM+",
                                       "OAMT+", "ABWA+", "ABWE+", "IBAN+", "BIC+"};
    for (size_t i = 0; i + 5 <= text.size; i++) {
        if (memcmp(text.data + i, "SVWZ+", 5) != 0)
            continue;
        struct str found = {text.data + i + 5, text.size - i - 5};
        for (size_t j = 0; j < found.size; j++)
            for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
                if (str_starts((struct str){found.data + j, found.size - j}, ends[e]))
                    return (struct str){found.data, j};
        return found;
    }
    return text;
}

/* The value behind "/NAME/", to the next "/WORD/". */
static struct str slashed(struct str text, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (memcmp(text.data + i, word, size) != 0)
            continue;
        struct str value = {text.data + i + size, text.size - i - size};
        for (size_t j = 0; j < value.size; j++) {
            if (value.data[j] != '/')
                continue;
            size_t end = j + 1;
            while (end < value.size && value.data[end] >= 'A' && value.data[end] <= 'Z')
                end++;
            if (end < value.size && value.data[end] == '/' && end - j > 2 && end - j < 7) {
                value.size = j;
                break;
            }
        }
        return str_trim(value);
    }
    return STR("");
}

static void read_slashed(struct str text, struct buf texts[MT940_TEXTS])
{
    reader_add_words(&texts[MT940_PAYEE], slashed(text, "/NAME/"));
    reader_add_words(&texts[MT940_COUNTERPARTY], slashed(text, "/IBAN/"));
    reader_add_words(&texts[MT940_MEMO], slashed(text, "/REMI/"));
}

void mt940_details_read(struct str raw, struct buf texts[MT940_TEXTS])
{
    struct buf joined, purpose;
    buf_init(&joined, texts[0].limit);
    buf_init(&purpose, texts[0].limit);
    join_lines(raw, &joined);
    struct str text = reader_view(&joined);
    if (is_structured(text)) {
        read_structured(text, &purpose, texts);
        reader_add_words(&texts[MT940_MEMO], sepa_purpose(reader_view(&purpose)));
        reader_add_words(&texts[MT940_DESCRIPTION], reader_view(&texts[MT940_PAYEE]));
        reader_add_words(&texts[MT940_DESCRIPTION], reader_view(&purpose));
    } else {
        if (text.size > 0 && memchr(text.data, '/', text.size) != NULL)
            read_slashed(text, texts);
        reader_add_words(&texts[MT940_DESCRIPTION], raw);
        if (texts[MT940_MEMO].size == 0)
            reader_add_line(&texts[MT940_MEMO], raw);
    }
    buf_free(&joined);
    buf_free(&purpose);
}
