#include "api/email.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "mail/address.h"

const char *email_normalise(struct arena *arena, const char *text, const char *pointer, struct faults *faults)
{
    struct mail_address address;
    struct err err;
    utf8proc_uint8_t *folded = NULL;
    if (strpbrk(text, "<>") != NULL) {
        faults_add(faults, pointer, "is not an address: give it without a name");
        return NULL;
    }
    if (mail_address_parse(arena, str_of(text), &address, &err) != 0) {
        faults_add(faults, pointer, "is not an address: %s", err.text);
        return NULL;
    }
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)address.address, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    char *normal = size < 0 ? NULL : arena_memdup(arena, folded, (size_t)size);
    free(folded);
    if (normal == NULL || strlen(normal) > MAIL_ADDRESS_MAX) {
        faults_add(faults, pointer, "is not an address");
        return NULL;
    }
    return normal;
}
