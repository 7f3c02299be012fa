#include "api/profile.h"

#include <string.h>

#include "finance/money.h"

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void profile_check_username(const char *username, struct faults *faults)
{
    if (username == NULL)
        return;
    bool good = is_letter_or_digit(username[0]);
    for (const char *c = username; good && *c != '\0'; c++)
        good = is_letter_or_digit(*c) || strchr("._-", *c) != NULL;
    if (!good)
        faults_add(faults, "/username",
                   "must have letters, digits, '.', '_' and '-' only, and start with one of the former");
}

void profile_check_currency(const char *currency, struct faults *faults)
{
    if (currency != NULL && currency_find(str_of(currency)) == NULL)
        faults_add(faults, "/currency", "is not a currency of ISO 4217");
}

void profile_check_timezone(struct zones *zones, const char *timezone, struct faults *faults)
{
    struct err err;
    if (timezone != NULL && zones_find(zones, str_of(timezone), &err) == NULL)
        faults_add(faults, "/timezone", "is not a time zone of the IANA database");
}
