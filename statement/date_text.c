#include "statement/date_text.h"

#include <string.h>
#include <utf8proc.h>

#include "finance/date.h"

struct parts {
    int year, month, day, day_of_year;
};

/* Abbreviations and names, lower case, the longer of a shared beginning first; matched as a prefix up to a
 * non-letter. English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Norwegian, Danish,
 * Polish, Czech, Hungarian, Turkish, Finnish, Romanian, Estonian, Russian. */
static const char *const months[12] = {
    "january|januar|januari|janvier|enero|janeiro|gennaio|stycznia|jan|janv|ene|gen|sty|jän|jänner|ledna|led|"
    "styczeń|leden|január|ocak|oca|tammikuu|tammikuuta|tammi|ianuarie|ian|jaanuar|jaan|января|янв",
    "february|februar|februari|février|fevrier|febrero|fevereiro|febbraio|lutego|feb|févr|fév|fev|lut|února|"
    "úno|luty|únor|február|febr|şubat|şub|helmikuu|helmikuuta|helmi|februarie|veebruar|veebr|февраля|фев",
    "march|märz|maart|mars|marzo|março|marca|mar|mär|mrz|mrt|března|bře|marzec|březen|"
    "március|márc|marts|maaliskuu|maaliskuuta|maalis|martie|märts|mart|марта|мар",
    "april|avril|abril|aprile|kwietnia|apr|avr|abr|kwi|dubna|dub|kwiecień|"
    "duben|április|ápr|nisan|nis|huhtikuu|huhtikuuta|huhti|aprilie|aprill|апреля|апр",
    "may|mai|mei|maj|mayo|maio|maggio|maja|mag|května|kvě|květen|május|máj|"
    "mayıs|toukokuu|toukokuuta|touko|мая|май",
    "june|juni|juin|junio|junho|giugno|czerwca|jun|giu|cze|června|čvn|czerwiec|"
    "červen|június|jún|haziran|haz|kesäkuu|kesäkuuta|kesä|iunie|iun|juuni|июня|июн",
    "july|juli|juillet|julio|julho|luglio|lipca|jul|juil|lug|lip|července|čvc|"
    "lipiec|červenec|július|júl|temmuz|tem|heinäkuu|heinäkuuta|heinä|iulie|iul|juuli|июля|июл",
    "august|augustus|augusti|août|aout|agosto|sierpnia|aug|aoû|ago|sie|srpna|srp|sierpień|srpen|"
    "augusztus|ağustos|ağu|elokuu|elokuuta|elo|августа|авг",
    "september|septembre|septiembre|setembro|settembre|września|sep|sept|set|wrz|září|"
    "zář|wrzesień|setiembre|szeptember|szept|eylül|eyl|syyskuu|syyskuuta|syys|septembrie|сентября|сен",
    "october|oktober|octobre|octubre|outubro|ottobre|października|oct|okt|out|ott|paź|"
    "října|říj|październik|říjen|október|ekim|eki|lokakuu|lokakuuta|loka|octombrie|oktoober|октября|окт",
    "november|novembre|noviembre|novembro|listopada|nov|lis|listopadu|listopad|kasım|kas|"
    "marraskuu|marraskuuta|marras|noiembrie|noi|ноября|ноя",
    "december|dezember|décembre|decembre|diciembre|dezembro|dicembre|grudnia|dec|dez|déc|dic|gru|prosince|"
    "pro|grudzień|prosinec|desember|des|aralık|ara|joulukuu|joulukuuta|joulu|decembrie|detsember|dets|"
    "декабря|дек",
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The word that `text` begins with, in lower case; its size in the text, 0 when it is none or too long. */
static size_t take_word(struct str text, char *word, size_t room)
{
    size_t length = 0, size = 0;
    utf8proc_int32_t point;
    while (length < text.size && is_letter(text.data[length])) {
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)text.data + length,
                                                  (utf8proc_ssize_t)(text.size - length), &point);
        if (taken <= 0 || size + 5 > room)
            return 0;
        length += (size_t)taken;
        size += (size_t)utf8proc_encode_char(utf8proc_tolower(point), (utf8proc_uint8_t *)word + size);
    }
    word[size] = '\0';
    return length;
}

/* 1..12 for a month's name or abbreviation in the languages of the table, 0 otherwise. *size: bytes used. */
static int read_month(struct str text, size_t *size)
{
    char word[40] = "";
    size_t length = take_word(text, word, sizeof word), word_size = strlen(word);
    for (int month = 0; month < 12 && length >= 3; month++)
        for (const char *name = months[month]; name != NULL;) {
            size_t i = 0;
            while (i < word_size && word[i] == name[i])
                i++;
            if (i == word_size && (name[i] == '|' || name[i] == '\0')) {
                *size = length + (length < text.size && text.data[length] == '.');
                return month + 1;
            }
            name = strchr(name, '|');
            name = name == NULL ? NULL : name + 1;
        }
    return 0;
}

/* Up to `width` digits; -1 when there is none. */
static int take_number(struct str *text, size_t width)
{
    int number = -1;
    for (; width > 0 && text->size > 0 && is_digit(*text->data); width--) {
        number = (number < 0 ? 0 : number * 10) + (*text->data - '0');
        text->data++;
        text->size--;
    }
    return number;
}

static int take_exact(struct str *text, size_t width)
{
    size_t before = text->size;
    int number = take_number(text, width);
    return before - text->size == width ? number : -1;
}

static void take_blanks(struct str *text)
{
    while (text->size > 0 && (*text->data == ' ' || *text->data == '\t')) {
        text->data++;
        text->size--;
    }
}

static int take_letters(struct str *text)
{
    size_t size = 0;
    while (size < text->size &&
           (is_letter(text->data[size]) || text->data[size] == '/' || text->data[size] == '_'))
        size++;
    text->data += size;
    text->size -= size;
    return size > 0 ? 0 : -1;
}

static int take_zone(struct str *text)
{
    if (text->size > 0 && (*text->data == 'Z' || *text->data == 'z')) {
        text->data++;
        text->size--;
        return 0;
    }
    if (text->size == 0 || (*text->data != '+' && *text->data != '-'))
        return -1;
    text->data++;
    text->size--;
    if (take_exact(text, 2) < 0)
        return -1;
    if (text->size > 0 && *text->data == ':') {
        text->data++;
        text->size--;
    }
    take_number(text, 2);
    return 0;
}

static int take_month_name(struct str *text, struct parts *parts)
{
    size_t size;
    parts->month = read_month(*text, &size);
    if (parts->month == 0)
        return -1;
    text->data += size;
    text->size -= size;
    return 0;
}

static int take_format(struct str *text, const char *format, struct parts *parts);

static int in_range(int number, int low, int high)
{
    return number >= low && number <= high ? 0 : -1;
}

static int take_field(struct str *text, char field, struct parts *parts)
{
    switch (field) {
    case 'Y':
        return (parts->year = take_exact(text, 4)) < 0 ? -1 : 0;
    case 'y': {
        int year = take_exact(text, 2);
        parts->year = year < 69 ? 2000 + year : 1900 + year;
        return year < 0 ? -1 : 0;
    }
    case 'm':
        return in_range(parts->month = take_number(text, 2), 1, 12);
    case 'd':
    case 'e':
        take_blanks(text);
        return in_range(parts->day = take_number(text, 2), 1, 31);
    case 'b':
    case 'B':
    case 'h':
        return take_month_name(text, parts);
    case 'j':
        return in_range(parts->day_of_year = take_number(text, 3), 1, 366);
    case 'H':
    case 'I':
        return in_range(take_number(text, 2), 0, 24);
    case 'M':
        return in_range(take_number(text, 2), 0, 59);
    case 'S':
        return in_range(take_number(text, 2), 0, 61);
    case 'f':
        return take_number(text, 9) < 0 ? -1 : 0;
    case 'p':
    case 'a':
    case 'A':
    case 'Z':
        return take_letters(text);
    case 'z':
        return take_zone(text);
    case 'T':
        return take_format(text, "%H:%M:%S", parts);
    case 'R':
        return take_format(text, "%H:%M", parts);
    case 'D':
        return take_format(text, "%m/%d/%y", parts);
    case 'F':
        return take_format(text, "%Y-%m-%d", parts);
    case 'n':
    case 't':
        take_blanks(text);
        return 0;
    case '%':
        if (text->size == 0 || *text->data != '%')
            return -1;
        text->data++;
        text->size--;
        return 0;
    default:
        return -1;
    }
}

static int take_format(struct str *text, const char *format, struct parts *parts)
{
    for (; *format != '\0'; format++) {
        if (*format == '%') {
            if (take_field(text, *++format, parts) != 0)
                return -1;
        } else if (*format == ' ') {
            take_blanks(text);
        } else {
            if (text->size == 0 || lower(*text->data) != lower(*format))
                return -1;
            text->data++;
            text->size--;
        }
    }
    return 0;
}

/* Nothing, or a time of day in digits, ':' and the like. */
static bool is_time(struct str text)
{
    text = str_trim(text);
    if (text.size == 0)
        return true;
    if (*text.data == 'T' || *text.data == ',') {
        text.data++;
        text.size--;
    }
    text = str_trim(text);
    bool colon = false;
    for (size_t i = 0; i < text.size; i++) {
        colon = colon || text.data[i] == ':';
        if (!is_digit(text.data[i]) && strchr(":.+-ZAPMapmUTCGE ", text.data[i]) == NULL)
            return false;
    }
    return text.size >= 4 && is_digit(text.data[0]) && colon;
}

int date_text_parse(struct str text, const char *format, int32_t *date)
{
    struct parts parts = {0};
    text = str_trim(text);
    if (take_format(&text, format, &parts) != 0 || !is_time(text))
        return -1;
    if (parts.day_of_year > 0 && parts.month == 0 && parts.year > 0) {
        int32_t first = date_from_civil(parts.year, 1, 1);
        *date = first + parts.day_of_year - 1;
        int year, month, day;
        date_to_civil(*date, &year, &month, &day);
        return year == parts.year ? 0 : -1;
    }
    if (!date_is_valid(parts.year, parts.month, parts.day))
        return -1;
    *date = date_from_civil(parts.year, parts.month, parts.day);
    return 0;
}

const char *date_text_check_format(const char *format)
{
    bool year = false, month = false, day = false;
    for (; *format != '\0'; format++) {
        if (*format != '%')
            continue;
        char c = *++format;
        if (c == '\0' || strchr("YymdebBhjHIMSfpaAZzTRDFnt%", c) == NULL)
            return "has a % that strptime does not know";
        year = year || strchr("YyDF", c) != NULL;
        month = month || strchr("mbBhjDF", c) != NULL;
        day = day || strchr("dejDF", c) != NULL;
    }
    return year && month && day ? NULL : "must name year, month and day";
}

int date_text_compact(struct str text, int32_t *date)
{
    struct str rest = text;
    int year = take_exact(&rest, 4), month = take_exact(&rest, 2), day = take_exact(&rest, 2);
    if (year < 0 || month < 0 || day < 0 || !date_is_valid(year, month, day))
        return -1;
    *date = date_from_civil(year, month, day);
    return 0;
}

int date_text_iso(struct str text, int32_t *date)
{
    text = str_trim(text);
    if (text.size < 10 || (text.size > 10 && is_digit(text.data[10])))
        return -1;
    return date_parse((struct str){text.data, 10}, date);
}
