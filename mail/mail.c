#include "mail/mail.h"

#include "base/settings.h"
#include "mail/maildir.h"
#include "mail/smtp.h"

enum { MAILDIR_PREFIX = 8 };

struct mail_route mail_route_of_settings(void)
{
    return (struct mail_route){settings.mail_url, settings.mail_tls, settings.mail_ca,
                               settings.mail_timeout_ms};
}

static bool is_maildir(const char *url)
{
    return str_starts(str_of(url), "maildir:") && url[MAILDIR_PREFIX] != '\0';
}

int mail_route_check(const struct mail_route *route, struct err *err)
{
    struct str url = str_of(route->url);
    if (!is_maildir(route->url) && !str_starts_nocase(url, "smtp://") && !str_starts_nocase(url, "smtps://"))
        return err_set(err, ERR_REJECT, "PURSER_MAIL_URL must be maildir:PATH, smtp://… or smtps://…");
    const char *tls = route->tls;
    if (strcmp(tls, "auto") != 0 && strcmp(tls, "require") != 0 && strcmp(tls, "never") != 0)
        return err_set(err, ERR_REJECT, "PURSER_MAIL_TLS must be auto, require or never, not '%s'", tls);
    return is_maildir(route->url) ? 0 : smtp_route_check(route, err);
}

int mail_send(const struct mail_route *route, const struct mail_envelope *envelope, struct str message,
              bool *unknown, struct err *err)
{
    *unknown = false;
    if (mail_route_check(route, err) != 0)
        return -1;
    if (is_maildir(route->url))
        return maildir_send(route->url + MAILDIR_PREFIX, envelope, message, err);
    return smtp_send(route, envelope, message, unknown, err);
}
