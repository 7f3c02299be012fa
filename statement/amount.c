#include "statement/amount.h"

#include <stddef.h>

#include "finance/money.h"

enum { DIGITS_MAX = 48, LETTERS_MAX = 8 };

static const struct {
    const char *symbol, *code;
} symbols[] = {
    {"€", "EUR"},   {"£", "GBP"},   {"zł", "PLN"},  {"Kč", "CZK"},  {"Ft", "HUF"}, {"R$", "BRL"},
    {"₹", "INR"},   {"₽", "RUB"}, {"₺", "TRY"},   {"₴", "UAH"},   {"₩", "KRW"},  {"₪", "ILS"},
    {"CHF", "CHF"}, {"US$", "USD"}, {"лв", "BGN"},  {"руб", "RUB"}, {"A$", "AUD"}, {"C$", "CAD"},
    {"S$", "SGD"},  {"NZ$", "NZD"}, {"HK$", "HKD"}, {"₱", "PHP"},   {"฿", "THB"},  {"₫", "VND"},
};

bool amount_currency(struct str text, char code[4])
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (str_equal_nocase(text, str_of(symbols[i].symbol))) {
            memcpy(code, symbols[i].code, 4);
            return true;
        }
    if (text.size != 3)
        return false;
    char upper[4] = {0};
    for (int i = 0; i < 3; i++)
        upper[i] = (char)(text.data[i] >= 'a' && text.data[i] <= 'z' ? text.data[i] - 32 : text.data[i]);
    if (currency_find((struct str){upper, 3}) == NULL)
        return false;
    memcpy(code, upper, 4);
    return true;
}

/* What was read of the text: its digits and marks in order, and what stood around them. */
struct scan {
    char digits[DIGITS_MAX]; /* digits, '.', ',' and '\'' for any other grouping character */
    size_t count;
    char letters[2][LETTERS_MAX]; /* before and behind the digits */
    size_t letter_count[2];
    bool minus, plus, open, close, blank, ended; /* ended: a sign stood behind the digits */
};

static size_t character_size(struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    size_t size = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return at + size > text.size ? text.size - at : size;
}

static bool is_one_of(struct str character, const char *set)
{
    for (size_t i = 0; set != NULL && set[i] != '\0'; i++)
        if (strncmp(set + i, character.data, character.size) == 0)
            return true;
    return false;
}

static bool is_blank(struct str character)
{
    return is_one_of(character, " \t\r\n") || is_one_of(character, "\u00A0\u202F\u2009\u2007");
}

static const char *scan_sign(struct scan *scan, bool negative)
{
    if (scan->minus || scan->plus)
        return "has two signs";
    *(negative ? &scan->minus : &scan->plus) = true;
    scan->ended = scan->count > 0;
    return NULL;
}

static const char *scan_letter(struct scan *scan, struct str c)
{
    int side = scan->count > 0;
    if (scan->letter_count[side] + c.size >= LETTERS_MAX)
        return "must be a number";
    memcpy(scan->letters[side] + scan->letter_count[side], c.data, c.size);
    scan->letter_count[side] += c.size;
    return NULL;
}

static const char *scan_digit(struct scan *scan, char digit)
{
    if (scan->letter_count[1] > 0 || scan->close || scan->ended)
        return "must be a number";
    if (scan->count == DIGITS_MAX)
        return "is out of range";
    if (scan->blank && scan->count > 0)
        scan->digits[scan->count++] = '\'';
    scan->blank = false;
    if (scan->count == DIGITS_MAX)
        return "is out of range";
    scan->digits[scan->count++] = digit;
    return NULL;
}

static const char *scan_text(struct str text, const struct amount_style *style, struct scan *scan)
{
    for (size_t i = 0, size; i < text.size; i += size) {
        size = character_size(text, i);
        struct str c = {text.data + i, size};
        const char *wrong = NULL;
        char first = c.data[0];
        if (is_one_of(c, style->strip))
            continue;
        if ((first >= '0' && first <= '9') || first == '.' || first == ',') {
            wrong = scan_digit(scan, first);
        } else if (is_blank(c)) {
            scan->blank = true;
        } else if (is_one_of(c, "'\u2019") || is_one_of(c, "`")) {
            scan->blank = true;
        } else if (first == '-' || is_one_of(c, "\u2212") || is_one_of(c, "\u2013")) {
            wrong = scan_sign(scan, true);
        } else if (first == '+') {
            wrong = scan_sign(scan, false);
        } else if (first == '(' && scan->count == 0 && !scan->open && !style->no_parentheses) {
            scan->open = true;
        } else if (first == ')' && scan->open && !scan->close) {
            scan->close = true;
        } else {
            wrong = scan_letter(scan, c);
        }
        if (wrong != NULL)
            return wrong;
    }
    if (scan->count == 0)
        return "has no digits";
    return scan->open != scan->close || (scan->open && scan->minus) ? "must be a number" : NULL;
}

/* What the words around the digits mean. */
static const char *read_letters(const struct scan *scan, struct amount *amount)
{
    for (int side = 0; side < 2; side++) {
        struct str word = {scan->letters[side], scan->letter_count[side]};
        if (word.size == 0)
            continue;
        struct str tail = {word.data + word.size - 2, 2};
        if (word.size >= 2 && (str_equal_nocase(tail, STR("CR")) || str_equal_nocase(tail, STR("DR")))) {
            amount->mark = (tail.data[0] | 0x20) == 'c' ? AMOUNT_CREDIT : AMOUNT_DEBIT;
            word.size -= 2;
        }
        if (word.size == 0 || str_equal(word, STR("$")) || str_equal_nocase(word, STR("kr")) ||
            str_equal_nocase(word, STR("kr.")) || str_equal(word, STR("¥")))
            continue;
        if (amount->currency[0] != '\0' || !amount_currency(word, amount->currency))
            return "must be a number";
    }
    return NULL;
}

/* Where the decimal mark stands; count when there is none. */
static size_t find_mark(const struct scan *scan, const struct amount_style *style)
{
    size_t last = scan->count, marks = 0;
    bool both = false;
    for (size_t i = 0; i < scan->count; i++) {
        char c = scan->digits[i];
        if (style->marks == AMOUNT_MARK_GIVEN && c == style->decimal)
            return i;
        if (c != '.' && c != ',')
            continue;
        both = both || (marks > 0 && scan->digits[last] != c);
        last = i;
        marks++;
    }
    if (style->marks == AMOUNT_MARK_GIVEN || marks == 0)
        return scan->count;
    if (marks > 1 && !both)
        return scan->count; /* 1.234.567 */
    if (style->marks == AMOUNT_MARK_GROUPED && !both && scan->digits[last] == ',' && scan->count - last == 4)
        return scan->count;
    return last;
}

/* May `c` group digits? */
static bool groups(char c, const struct amount_style *style)
{
    if (style->thousands == NULL)
        return true;
    if (c != '\'')
        return strchr(style->thousands, c) != NULL;
    return strpbrk(style->thousands, " '") != NULL || strstr(style->thousands, "\u00A0") != NULL ||
           strstr(style->thousands, "\u2019") != NULL || strstr(style->thousands, "\u202F") != NULL;
}

/* "digits.digits" into plain. Groups are of three; of two in the Indian way when the last is of three. */
static const char *normalise(const struct scan *scan, const struct amount_style *style,
                             char plain[DIGITS_MAX + 4])
{
    size_t mark = find_mark(scan, style), size = 0, run = 0, group_count = 0;
    for (size_t i = 0; i < mark; i++) {
        char c = scan->digits[i];
        if (c >= '0' && c <= '9') {
            plain[size++] = c;
            run++;
            continue;
        }
        if (i == 0 || !groups(c, style))
            return "must be a number; is this its decimal mark?";
        if (run == 0 || run > 3 || (group_count > 0 && run < 2))
            return "has a thousands mark where none can be";
        run = 0;
        group_count++;
    }
    if (group_count > 0 && run != 3)
        return "has a thousands mark where none can be";
    if (size == 0)
        plain[size++] = '0';
    if (mark + 1 < scan->count) {
        plain[size++] = '.';
        for (size_t i = mark + 1; i < scan->count; i++) {
            if (scan->digits[i] < '0' || scan->digits[i] > '9')
                return "has two decimal marks";
            plain[size++] = scan->digits[i];
        }
    } else if (mark < scan->count && scan->count == 1) {
        return "has no digits";
    }
    plain[size] = '\0';
    return NULL;
}

const char *amount_parse(struct str text, const struct amount_style *style, int exponent,
                         struct amount *amount)
{
    struct scan scan;
    scan.count = 0; /* the digits need no zeroing */
    memset((char *)&scan + offsetof(struct scan, letters), 0, sizeof scan - offsetof(struct scan, letters));
    *amount = (struct amount){0};
    char plain[DIGITS_MAX + 4];
    const char *wrong = scan_text(text, style, &scan);
    if (wrong == NULL)
        wrong = read_letters(&scan, amount);
    if (wrong == NULL)
        wrong = normalise(&scan, style, plain);
    if (wrong != NULL)
        return wrong;
    enum money_result result = money_parse(str_of(plain), style->minor_units ? 0 : exponent, &amount->minor);
    if (result != MONEY_OK)
        return money_result_text(result);
    amount->plus = scan.plus;
    if ((scan.minus || scan.open) && amount->mark == AMOUNT_PLAIN)
        amount->minor = -amount->minor;
    return NULL;
}
