/* Files of exchange rates: whatever the bytes, either faults or rates that hold what the header promises. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "finance/date.h"
#include "finance/money.h"
#include "statement/rates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct rates rates;
    struct faults faults;
    arena_init(&arena);
    faults_init(&faults, &arena);
    int result = rates_read((struct str){(const char *)data, size}, &arena, &rates, &faults);
    assert((result == 0) == (faults.count == 0));
    for (size_t i = 0; result == 0 && i < rates.count; i++) {
        assert(rates.dates[i] >= DATE_MIN && rates.dates[i] <= DATE_MAX);
        assert(currency_find(str_of(rates.bases[i])) != NULL &&
               currency_find(str_of(rates.quotes[i])) != NULL);
        assert(strspn(rates.rates[i], "0123456789.") == strlen(rates.rates[i]) &&
               strpbrk(rates.rates[i], "123456789") != NULL);
    }
    arena_free(&arena);
    return 0;
}
