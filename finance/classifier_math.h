#ifndef FINANCE_CLASSIFIER_MATH_H
#define FINANCE_CLASSIFIER_MATH_H

/*
 * exp and log of our own: the C library picks another variant on another processor, and their last bits
 * differ, but a model must come out the same on every machine that replays its labels. Only +, -, *, / and
 * integer moves, which IEEE 754 fixes to the bit; the build keeps them so (-ffp-contract=off, no
 * -ffast-math). Errors below 1e-7 relative.
 */

#include <stdint.h>
#include <string.h>

/* e^x; 0 below -87, and x is taken as 88 above that. */
static inline float classifier_exp(float x)
{
    if (x < -87.0f)
        return 0.0f;
    double value = x > 88.0f ? 88.0 : (double)x;
    double halves = value * 1.4426950408889634; /* in powers of two */
    int64_t whole = (int64_t)(halves + (halves < 0 ? -0.5 : 0.5));
    double rest = value - (double)whole * 0.6931471805599453; /* within ±ln 2 / 2 */
    double sum = 1.0 + rest / 8.0;
    for (int i = 7; i >= 1; i--)
        sum = 1.0 + rest / (double)i * sum;
    uint64_t bits = (uint64_t)(whole + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return (float)(sum * power);
}

/* Natural logarithm of a positive, finite x. */
static inline float classifier_log(float x)
{
    double value = (double)x, mantissa;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int64_t power = (int64_t)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
    memcpy(&mantissa, &bits, sizeof mantissa);
    if (mantissa > 1.4142135623730951) {
        mantissa /= 2;
        power++;
    }
    /* log m = 2 artanh((m - 1) / (m + 1)); the argument is below 0.172 */
    double ratio = (mantissa - 1) / (mantissa + 1), square = ratio * ratio, sum = 0;
    for (int i = 11; i >= 1; i -= 2)
        sum = sum * square + 1.0 / (double)i;
    return (float)(2 * ratio * sum + (double)power * 0.6931471805599453);
}

/* log(p / (1 - p)) with p kept within 1e-4 of the ends. */
static inline float classifier_logit(float p)
{
    p = p < 1e-4f ? 1e-4f : p > 1 - 1e-4f ? 1 - 1e-4f : p;
    return classifier_log(p / (1 - p));
}

#endif
