#include "mail/address.h"

static bool is_address_char(unsigned char c)
{
    static const char marks[] = {'"', '(', ')', ',', ':', ';', '<', '>', '@', '[', '\\', ']'};
    return c > ' ' && c != 0x7F && memchr(marks, c, sizeof marks) == NULL;
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
    for (size_t i = 0; i < address.size; i++)
        if (i != domain - 1 && !is_address_char((unsigned char)address.data[i]))
            return err_set(err, ERR_REJECT, "the mail address holds a character that has no place in one");
    char first = address.data[domain], last = address.data[address.size - 1];
    if (address.data[0] == '-' || first == '-' || first == '.' || last == '.')
        return err_set(err, ERR_REJECT, "the mail address or its domain starts or ends with a mark");
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
