#include "finance/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ISO 4217 active codes and, since old bank files carry them, those withdrawn since 1999; sorted for bsearch.
 */
static const struct currency currencies[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"ANG", 2}, {"AOA", 2}, {"ARS", 2}, {"ATS", 2},
    {"AUD", 2}, {"AWG", 2}, {"AZM", 2}, {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BEF", 2},
    {"BGL", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2}, {"BOB", 2}, {"BRL", 2},
    {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2}, {"BYR", 0}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2},
    {"CHF", 2}, {"CLF", 4}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CSD", 2}, {"CSK", 2},
    {"CUC", 2}, {"CUP", 2}, {"CVE", 2}, {"CYP", 2}, {"CZK", 2}, {"DEM", 2}, {"DJF", 0}, {"DKK", 2},
    {"DOP", 2}, {"DZD", 2}, {"EEK", 2}, {"EGP", 2}, {"ERN", 2}, {"ESP", 0}, {"ETB", 2}, {"EUR", 2},
    {"FIM", 2}, {"FJD", 2}, {"FKP", 2}, {"FRF", 2}, {"GBP", 2}, {"GEL", 2}, {"GHC", 2}, {"GHS", 2},
    {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GRD", 2}, {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2},
    {"HRK", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"IEP", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3},
    {"IRR", 2}, {"ISK", 0}, {"ITL", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2},
    {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2},
    {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LTL", 2}, {"LUF", 2}, {"LVL", 2}, {"LYD", 3},
    {"MAD", 2}, {"MDL", 2}, {"MGA", 2}, {"MGF", 0}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2},
    {"MRO", 2}, {"MRU", 2}, {"MTL", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2}, {"MXN", 2}, {"MYR", 2},
    {"MZM", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NLG", 2}, {"NOK", 2}, {"NPR", 2},
    {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2},
    {"PLZ", 2}, {"PTE", 2}, {"PYG", 0}, {"QAR", 2}, {"ROL", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2},
    {"RUR", 2}, {"RWF", 0}, {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDD", 2}, {"SDG", 2}, {"SEK", 2},
    {"SGD", 2}, {"SHP", 2}, {"SIT", 2}, {"SKK", 2}, {"SLE", 2}, {"SLL", 2}, {"SOS", 2}, {"SRD", 2},
    {"SSP", 2}, {"STD", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2},
    {"TMM", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRL", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2},
    {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"UZS", 2}, {"VEB", 2}, {"VED", 2},
    {"VEF", 2}, {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XCG", 2},
    {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"YUM", 2}, {"ZAR", 2}, {"ZMK", 2}, {"ZMW", 2}, {"ZWD", 2},
    {"ZWG", 2}, {"ZWL", 2},
};

static int compare_code(const void *key, const void *member)
{
    return memcmp(key, ((const struct currency *)member)->code, 3);
}

const struct currency *currency_find(struct str code)
{
    if (code.size != 3)
        return NULL;
    return bsearch(code.data, currencies, sizeof currencies / sizeof *currencies, sizeof *currencies,
                   compare_code);
}

enum money_result money_parse(struct str text, int exponent, int64_t *minor)
{
    size_t i = 0;
    bool negative = text.size > 0 && text.data[0] == '-';
    if (text.size > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        i = 1;
    int64_t value = 0;
    int places = -1; /* digits behind the point, -1 before it */
    bool digits = false, too_precise = false, too_large = false;
    for (; i < text.size; i++) {
        char c = text.data[i];
        if (c == '.') {
            if (places >= 0 || !digits)
                return MONEY_NOT_DECIMAL;
            places = 0;
            digits = false; /* "1." is not a number here */
            continue;
        }
        if (c < '0' || c > '9')
            return MONEY_NOT_DECIMAL;
        digits = true;
        if (places >= exponent) {
            too_precise = too_precise || c != '0';
            continue;
        }
        if (places >= 0)
            places++;
        too_large = too_large || value > MONEY_MAX / 10;
        value = too_large ? 0 : value * 10 + (c - '0');
    }
    if (!digits)
        return MONEY_NOT_DECIMAL;
    for (int place = places < 0 ? 0 : places; place < exponent; place++) {
        too_large = too_large || value > MONEY_MAX / 10;
        value = too_large ? 0 : value * 10;
    }
    if (too_large || value > MONEY_MAX)
        return MONEY_OUT_OF_RANGE;
    if (too_precise)
        return MONEY_TOO_PRECISE;
    *minor = negative ? -value : value;
    return MONEY_OK;
}

const char *money_result_text(enum money_result result)
{
    static const char *const texts[] = {
        [MONEY_OK] = "is fine",
        [MONEY_NOT_DECIMAL] = "must be a decimal number such as -24.47",
        [MONEY_TOO_PRECISE] = "has more decimals than its currency has",
        [MONEY_OUT_OF_RANGE] = "is out of range: at most 18 digits with the currency's decimals",
    };
    return texts[result];
}

int money_read(const char *text, const char *currency, int exponent, const char *pointer, int64_t *minor,
               struct faults *faults)
{
    enum money_result result = money_parse(str_of(text), exponent, minor);
    return result == MONEY_OK
               ? 0
               : faults_add(faults, pointer, "%s (%s has %d)", money_result_text(result), currency, exponent);
}

void money_format(int64_t minor, int exponent, char text[MONEY_TEXT_SIZE])
{
    uint64_t value = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor;
    uint64_t unit = 1;
    for (int i = 0; i < exponent; i++)
        unit *= 10;
    const char *sign = minor < 0 ? "-" : "";
    if (exponent == 0)
        snprintf(text, MONEY_TEXT_SIZE, "%s%" PRIu64, sign, value);
    else
        snprintf(text, MONEY_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, value / unit, exponent,
                 value % unit);
}

int money_add(int64_t a, int64_t b, int64_t *sum)
{
    int64_t total;
    if (__builtin_add_overflow(a, b, &total) || total > MONEY_MAX || total < -MONEY_MAX)
        return -1;
    *sum = total;
    return 0;
}

int64_t money_clamp(__int128 minor)
{
    return minor > MONEY_MAX ? MONEY_MAX : minor < -MONEY_MAX ? -MONEY_MAX : (int64_t)minor;
}
