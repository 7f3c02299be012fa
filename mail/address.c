#include "mail/address.h"

#include <utf8proc.h>

static bool is_address_char(utf8proc_int32_t c)
{
    static const char marks[] = {'"', '(', ')', ',', ':', ';', '<', '>', '@', '[', '\\', ']'};
    if (c < 0x80)
        return c > ' ' && c != 0x7F && memchr(marks, (int)c, sizeof marks) == NULL;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC: /* what can't be seen makes one address look like another */
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

static bool has_address_chars(struct str part)
{
    utf8proc_int32_t c;
    for (size_t at = 0; at < part.size;) {
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)part.data + at,
                                                 (utf8proc_ssize_t)(part.size - at), &c);
        if (size < 1 || !is_address_char(c))
            return false;
        at += (size_t)size;
    }
    return true;
}

/* Words with a dot between each two (RFC 5321 §4.1.2, Dot-string; a domain's labels alike). */
static bool is_dotted(struct str part)
{
    struct str rest = part;
    while (rest.size > 0)
        if (str_split(rest, '.', &rest).size == 0)
            return false;
    return part.size > 0 && part.data[part.size - 1] != '.';
}

static int check_address(struct str address, struct err *err)
{
    size_t domain = address.size;
    while (domain > 0 && address.data[domain - 1] != '@')
        domain--;
    if (domain < 2 || domain == address.size)
        return err_set(err, ERR_REJECT, "a mail address is local@domain");
    if (address.size > MAIL_ADDRESS_MAX || domain - 1 > MAIL_LOCAL_MAX)
        return err_set(err, ERR_REJECT, "the mail address is longer than %d bytes, or its local part than %d",
                       MAIL_ADDRESS_MAX, MAIL_LOCAL_MAX);
    struct str local = {address.data, domain - 1}, host = {address.data + domain, address.size - domain};
    if (!has_address_chars(local) || !has_address_chars(host))
        return err_set(err, ERR_REJECT, "the mail address holds a character that has no place in one");
    if (local.data[0] == '-' || host.data[0] == '-' || !is_dotted(local) || !is_dotted(host))
        return err_set(err, ERR_REJECT,
                       "a part of the mail address starts or ends with a mark or has two dots together");
    return 0;
}

static struct str unquote(struct str name)
{
    if (name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"')
        return (struct str){name.data + 1, name.size - 2};
    return name;
}

int mail_address_parse(struct arena *arena, struct str text, struct mail_address *address, struct err *err)
{
    if (!str_is_utf8(text) || str_has_control(text))
        return err_set(err, ERR_REJECT, "the mail address holds control characters or is not UTF-8");
    struct str name = {"", 0}, bare = str_trim(text);
    if (bare.size > 0 && bare.data[bare.size - 1] == '>') {
        struct str rest;
        name = unquote(str_trim(str_split(bare, '<', &rest)));
        bare = (struct str){rest.data, rest.size == 0 ? 0 : rest.size - 1};
    }
    if (name.size > MAIL_NAME_MAX || (name.size > 0 && memchr(name.data, '"', name.size) != NULL))
        return err_set(err, ERR_REJECT, "the name beside a mail address is too long or holds a quote");
    if (check_address(bare, err) != 0)
        return -1;
    address->name = arena_memdup(arena, name.data, name.size);
    address->address = arena_memdup(arena, bare.data, bare.size);
    address->domain = strrchr(address->address, '@') + 1;
    return 0;
}
