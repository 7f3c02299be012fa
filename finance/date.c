#include "finance/date.h"

#include <stdio.h>

int date_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

bool date_is_valid(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= date_month_days(year, month);
}

int32_t date_from_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year; /* the year starts in March, so that the leap day is its last */
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void date_to_civil(int32_t date, int *year, int *month, int *day)
{
    int z = date + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = z - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

int date_weekday(int32_t date)
{
    int weekday = (date + 3) % 7; /* 1970-01-01 was a Thursday */
    return weekday < 0 ? weekday + 7 : weekday;
}

int date_parse(struct str text, int32_t *date)
{
    if (text.size != DATE_TEXT_SIZE - 1 || text.data[4] != '-' || text.data[7] != '-')
        return -1;
    int64_t year, month, day;
    if (str_to_int((struct str){text.data, 4}, &year) != 0 ||
        str_to_int((struct str){text.data + 5, 2}, &month) != 0 ||
        str_to_int((struct str){text.data + 8, 2}, &day) != 0 ||
        !date_is_valid((int)year, (int)month, (int)day))
        return -1;
    *date = date_from_civil((int)year, (int)month, (int)day);
    return 0;
}

void date_format(int32_t date, char text[DATE_TEXT_SIZE])
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    snprintf(text, DATE_TEXT_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000U, (unsigned)month % 100U,
             (unsigned)day % 100U);
}
