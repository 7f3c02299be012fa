#include "finance/normalise.h"

#include <utf8proc.h>

#include "finance/normalise_words.h"

/* A word as it is found in the folded text. */
struct word {
    const char *data;
    uint16_t size;
    uint8_t digits, letters;
    char before, after; /* the first byte that is no word around it; ' ' at the ends */
    bool dropped;
};

struct folded {
    char bytes[NORMALISE_RAW_MAX * 2];
    size_t size;
};

static void folded_add(struct folded *folded, utf8proc_int32_t point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size = utf8proc_encode_char(point, bytes);
    if (size <= 0 || folded->size + (size_t)size > sizeof folded->bytes)
        return;
    memcpy(folded->bytes + folded->size, bytes, (size_t)size);
    folded->size += (size_t)size;
}

static bool is_word_point(utf8proc_int32_t point)
{
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_MC: /* vowel signs of Indic scripts are part of the word */
        return true;
    default:
        return false;
    }
}

/* Case and accents off. ASCII keeps its punctuation, because dates and aggregator marks are known by it; any
 * other character that is no part of a word becomes a space, a typographic apostrophe becomes a plain one. */
static void fold(struct str raw, struct folded *folded)
{
    folded->size = 0;
    size_t limit = raw.size < NORMALISE_RAW_MAX ? raw.size : NORMALISE_RAW_MAX;
    for (size_t i = 0; i < limit;) {
        unsigned char byte = (unsigned char)raw.data[i];
        if (byte < 0x80) {
            bool upper = byte >= 'A' && byte <= 'Z';
            folded_add(folded, upper ? byte + 32 : byte < 0x20 ? ' ' : byte);
            i++;
            continue;
        }
        utf8proc_int32_t point;
        utf8proc_ssize_t size =
            utf8proc_iterate((const utf8proc_uint8_t *)raw.data + i, (utf8proc_ssize_t)(limit - i), &point);
        i += size > 0 ? (size_t)size : 1;
        if (size <= 0 || point == 0xFFFD) {
            folded_add(folded, ' ');
            continue;
        }
        utf8proc_int32_t parts[18]; /* the longest compatibility decomposition of one character (U+FDFA) */
        int boundary = 0;
        utf8proc_ssize_t count = utf8proc_decompose_char(
            point, parts, 18,
            UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
            &boundary);
        for (utf8proc_ssize_t k = 0; k < count && k < 18; k++)
            folded_add(folded, parts[k] < 0x80 || is_word_point(parts[k]) ? parts[k]
                               : parts[k] == 0x2019 || parts[k] == 0x02BC ? '\''
                                                                          : ' ');
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_byte(char c)
{
    return (unsigned char)c >= 0x80 || is_digit(c) || (c >= 'a' && c <= 'z');
}

/* Reads a run of at most `max` digits; gives its length and value. */
static size_t digits_at(const char *text, size_t size, size_t at, size_t max, int *value)
{
    size_t length = 0;
    *value = 0;
    while (at + length < size && length < max && is_digit(text[at + length]))
        *value = *value * 10 + (text[at + length++] - '0');
    return length;
}

/* Length of a date or time that begins at `at`: 24/12, 24-12-2024, 24.12.24, 2024-12-24, 10:15, 10:15:59; 0
 * when none does. Two numbers with a point between are an amount, not a date. */
static size_t date_or_time_at(const char *text, size_t size, size_t at)
{
    int a, b, c;
    size_t first = digits_at(text, size, at, 4, &a);
    if (first == 0 || at + first >= size)
        return 0;
    char mark = text[at + first];
    if (mark != '/' && mark != '-' && mark != '.' && mark != ':')
        return 0;
    size_t second = digits_at(text, size, at + first + 1, 2, &b);
    size_t end = at + first + 1 + second;
    bool third = second > 0 && end + 1 < size && text[end] == mark && is_digit(text[end + 1]);
    size_t year = third ? digits_at(text, size, end + 1, 4, &c) : 0;
    if (third)
        end += 1 + year;
    if (second == 0 ||
        (end < size && (is_digit(text[end]) || (text[end] >= 'a' && text[end] <= 'z' && mark != ':'))))
        return 0;
    if (mark == ':')
        return first <= 2 && second == 2 && a < 24 && b < 60 ? end - at : 0;
    if (first == 4)
        return third && a >= 1900 && a < 2100 && b >= 1 && b <= 12 ? end - at : 0;
    bool day_and_month = first <= 2 && a >= 1 && b >= 1 && ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
    if (!day_and_month || (!third && (mark == '.' || second != 2)))
        return 0;
    return end - at;
}

static void blank_dates(struct folded *folded)
{
    for (size_t i = 0; i < folded->size; i++) {
        if (!is_digit(folded->bytes[i]) || (i > 0 && is_word_byte(folded->bytes[i - 1])))
            continue;
        size_t length = date_or_time_at(folded->bytes, folded->size, i);
        if (length > 0)
            memset(folded->bytes + i, ' ', length);
    }
}

/* Takes apostrophes out of words, so that "carmelina's" is one. */
static void join_apostrophes(struct folded *folded)
{
    size_t to = 0;
    for (size_t i = 0; i < folded->size; i++)
        if (folded->bytes[i] != '\'' && folded->bytes[i] != '`')
            folded->bytes[to++] = folded->bytes[i];
    folded->size = to;
}

static size_t split_words(const struct folded *folded, struct word *words, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < folded->size && count < max;) {
        if (!is_word_byte(folded->bytes[i])) {
            i++;
            continue;
        }
        struct word word = {.data = folded->bytes + i, .before = i > 0 ? folded->bytes[i - 1] : ' '};
        size_t start = i;
        for (; i < folded->size && is_word_byte(folded->bytes[i]); i++)
            if (is_digit(folded->bytes[i]))
                word.digits = (uint8_t)(word.digits < 255 ? word.digits + 1 : 255);
            else
                word.letters = (uint8_t)(word.letters < 255 ? word.letters + 1 : 255);
        word.size = (uint16_t)(i - start);
        size_t next = i;
        while (next < folded->size && folded->bytes[next] == ' ')
            next++;
        bool star = next < folded->size && folded->bytes[next] == '*';
        word.after = star ? '*' : i < folded->size ? folded->bytes[i] : ' ';
        words[count++] = word;
    }
    return count;
}

static bool word_in(const struct word *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if ((*list)[0] == word->data[0] && strlen(*list) == word->size &&
            memcmp(*list, word->data, word->size) == 0)
            return true;
    return false;
}

/* Dates in words, long references, aggregators in front of their star, and names of remittance fields. */
static void drop_noise(struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct word *word = &words[i];
        bool day = word->letters == 0 && word->digits <= 2;
        if (day && i + 1 < count && word_in(&words[i + 1], normalise_months))
            word->dropped = words[i + 1].dropped = true;
        else if (day && i > 0 && word_in(&words[i - 1], normalise_months))
            word->dropped = words[i - 1].dropped = true;
        else if (word->letters == 0 && word->digits >= 6)
            word->dropped = true;
        else if (word_in(word, normalise_month_names))
            word->dropped = true;
        else if (word->after == '*' && i + 1 < count && word_in(word, normalise_aggregators))
            word->dropped = true;
        else if (word->after == ':' && word_in(word, normalise_field_names))
            word->dropped = true;
    }
}

/* Number of words of `phrase` ("card purchase") when the words from `at` begin with it, else 0. */
static size_t phrase_at(const struct word *words, size_t count, size_t at, const char *phrase)
{
    size_t matched = 0;
    for (struct str rest = str_of(phrase); rest.size > 0; matched++) {
        struct str part = str_split(rest, ' ', &rest);
        if (at + matched >= count || words[at + matched].size != part.size ||
            memcmp(words[at + matched].data, part.data, part.size) != 0)
            return 0;
    }
    return matched;
}

static size_t payment_words_at(const struct word *words, size_t count, size_t at)
{
    size_t longest = 0;
    for (const char *const *phrase = normalise_payment_phrases; *phrase != NULL; phrase++) {
        if (at >= count || (*phrase)[0] != words[at].data[0])
            continue; /* most of them, without looking at the rest */
        size_t length = phrase_at(words, count, at, *phrase);
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* Is there a word behind `at` that can name a merchant? "DEBIT ORDER FEE" keeps its words: a fee is no
 * merchant. */
static bool names_something(const struct word *words, size_t count, size_t at)
{
    bool names = false;
    for (size_t i = at; i < count; i++) {
        if (words[i].dropped || words[i].letters < 2)
            continue;
        if (word_in(&words[i], normalise_fee_words))
            return false;
        names = true;
    }
    return names;
}

static void add_word(char text[NORMALISE_TEXT_SIZE], size_t *size, const struct word *word)
{
    if (*size + word->size + 2 > NORMALISE_TEXT_SIZE)
        return;
    if (*size > 0)
        text[(*size)++] = ' ';
    memcpy(text + *size, word->data, word->size);
    *size += word->size;
    text[*size] = '\0';
}

static bool has_word(const char *text, size_t size, const struct word *word)
{
    struct str rest = {text, size};
    while (rest.size > 0)
        if (str_equal(str_split(rest, ' ', &rest), (struct str){word->data, word->size}))
            return true;
    return false;
}

static void set_views(struct normalised *out)
{
    struct str rest;
    out->first = str_split((struct str){out->key, out->key_size}, ' ', &rest);
    out->word_count = 0;
    rest = (struct str){out->text, out->text_size};
    while (rest.size > 0 && out->word_count < NORMALISE_WORDS_MAX)
        out->words[out->word_count++] = str_split(rest, ' ', &rest);
}

void normalise_text(struct str raw, struct normalised *out)
{
    struct folded folded;
    struct word words[2 * NORMALISE_WORDS_MAX];
    fold(raw, &folded);
    blank_dates(&folded);
    join_apostrophes(&folded);
    size_t count = split_words(&folded, words, 2 * NORMALISE_WORDS_MAX);
    drop_noise(words, count);

    out->text[0] = out->key[0] = out->means[0] = '\0';
    out->text_size = out->key_size = out->means_size = 0;
    size_t start = 0;
    for (;;) {
        while (start < count && words[start].dropped)
            start++;
        size_t length = payment_words_at(words, count, start);
        if (length == 0 || !names_something(words, count, start + length))
            break;
        for (size_t i = start; i < start + length; i++)
            if (!has_word(out->means, out->means_size, &words[i]))
                add_word(out->means, &out->means_size, &words[i]);
        start += length;
    }
    for (size_t i = start; i < count; i++) {
        /* Banks repeat the payment words in front of the remittance text. */
        if (words[i].dropped || (out->means_size > 0 && has_word(out->means, out->means_size, &words[i])))
            continue;
        add_word(out->text, &out->text_size, &words[i]);
        bool code =
            words[i].digits > 1 || words[i].letters == 0; /* "o2" and "7eleven" are names, "fac2024" is not */
        if (!code && !has_word(out->key, out->key_size, &words[i]))
            add_word(out->key, &out->key_size, &words[i]);
    }
    if (out->text_size == 0) /* nothing but noise: noise is better than silence */
        for (size_t i = 0; i < count; i++)
            add_word(out->text, &out->text_size, &words[i]);
    if (out->key_size == 0) {
        memcpy(out->key, out->text, out->text_size + 1);
        out->key_size = out->text_size;
    }
    set_views(out);
}

size_t normalise_fold(struct str raw, char *out, size_t size)
{
    struct folded folded;
    size_t to = 0;
    fold(raw, &folded);
    for (size_t i = 0; i < folded.size && to + 1 < size; i++) {
        bool space = folded.bytes[i] == ' ' || folded.bytes[i] == 0x7f;
        if (!space || (to > 0 && out[to - 1] != ' '))
            out[to++] = space ? ' ' : folded.bytes[i];
    }
    while (to > 0 && out[to - 1] == ' ')
        to--;
    out[to] = '\0';
    return to;
}
