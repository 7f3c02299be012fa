#ifndef FINANCE_DATE_H
#define FINANCE_DATE_H

/* Civil dates of the proleptic Gregorian calendar as days since 1970-01-01, from 0001-01-01 to 9999-12-31.
 * What a day is in which zone is finance/zone's business, not ours. Algorithms: H. Hinnant,
 * "chrono-compatible low-level date algorithms". */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

enum { DATE_TEXT_SIZE = 11 };
#define DATE_MIN (-719162) /* 0001-01-01 */
#define DATE_MAX 2932896   /* 9999-12-31 */

bool date_is_valid(int year, int month, int day);

/* month 1..12, day 1..31; the date must be valid. */
int32_t date_from_civil(int year, int month, int day);
void date_to_civil(int32_t date, int *year, int *month, int *day);

int date_month_days(int year, int month); /* 28..31 */
int date_weekday(int32_t date);           /* 0 Monday .. 6 Sunday (ISO 8601) */

/* Exactly YYYY-MM-DD. -1 when it is not that or no such day exists. */
int date_parse(struct str text, int32_t *date) MUST_CHECK;
void date_format(int32_t date, char text[DATE_TEXT_SIZE]);

#endif
