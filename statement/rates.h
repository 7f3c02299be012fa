#ifndef STATEMENT_RATES_H
#define STATEMENT_RATES_H

/*
 * Files of exchange rates: bytes in, rates out. Pure. Three forms, told apart by how they begin:
 *
 *     CSV with a head that names date, base, quote and rate, in any order, among other columns: a rate a
 * line, units of `quote` for one of `base`; ',', ';' or a tab between, a decimal comma where ',' is not that;
 *     the European Central Bank's CSV (eurofxref.csv, eurofxref-hist.csv): "Date, USD, JPY, …", a day a line,
 *     units for one EUR, N/A where there was none;
 *     its XML (eurofxref-daily.xml, -hist.xml, -hist-90d.xml): Cube elements with time, currency and rate.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/faults.h"
#include "base/str.h"

struct rates {
    size_t count, capacity;
    int32_t *dates;
    const char **bases, **quotes, **rates; /* codes of ISO 4217; a rate is decimal digits with one '.', > 0 */
    const char *skipped[64]; /* currencies of the Bank's that ISO 4217 has no longer, each once */
    size_t skipped_count;
};

enum { RATES_MAX = 1000000, RATE_DIGITS_MAX = 30 };

/* Reads a whole file; what is in `rates` is the arena's. -1: at least one line is wrong, and `faults` name
 * the first hundred with their lines. */
int rates_read(struct str bytes, struct arena *arena, struct rates *rates, struct faults *faults) MUST_CHECK;

/* Does a text begin as such a file does? What looks for bank entries must not take it for some. */
bool rates_look_like(struct str text);

#endif
