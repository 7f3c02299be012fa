#include "mail/smtp.h"

#include <curl/curl.h>
#include <stdio.h>

enum { URL_PART_SIZE = 256 };

struct upload {
    struct str rest;
    bool emptied; /* libcurl has taken the last byte: the final dot may be on the wire */
};

static size_t read_upload(char *out, size_t size, size_t count, void *data)
{
    struct upload *upload = data;
    size_t taken = size * count < upload->rest.size ? size * count : upload->rest.size;
    memcpy(out, upload->rest.data, taken);
    upload->rest.data += taken;
    upload->rest.size -= taken;
    upload->emptied = upload->rest.size == 0;
    return taken;
}

/* A part of the URL, "" when it has none. */
static void url_part(const char *url, CURLUPart part, char text[URL_PART_SIZE])
{
    text[0] = '\0';
    char *value = NULL;
    CURLU *parsed = curl_url();
    if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, part, &value, 0) == CURLUE_OK)
        snprintf(text, URL_PART_SIZE, "%s", value);
    curl_free(value);
    curl_url_cleanup(parsed);
}

int smtp_route_check(const struct mail_route *route, struct err *err)
{
    char host[URL_PART_SIZE];
    url_part(route->url, CURLUPART_HOST, host);
    return host[0] == '\0' ? err_set(err, ERR_REJECT, "PURSER_MAIL_URL names no host") : 0;
}

/* "auto": a password never travels in the clear, except to this machine itself. */
static long tls_mode(const struct mail_route *route)
{
    if (strcmp(route->tls, "never") == 0)
        return CURLUSESSL_NONE;
    if (strcmp(route->tls, "require") == 0)
        return CURLUSESSL_ALL;
    char host[URL_PART_SIZE], user[URL_PART_SIZE];
    url_part(route->url, CURLUPART_HOST, host);
    url_part(route->url, CURLUPART_USER, user);
    bool here =
        strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0;
    return user[0] != '\0' && !here ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

static int judge(CURL *curl, CURLcode result, const struct upload *upload, const char *words, bool *unknown,
                 struct err *err)
{
    if (result == CURLE_OK)
        return 0;
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (words[0] == '\0')
        words = curl_easy_strerror(result);
    /* A refused login (535) is the operator's fault and not this mail's: he mends it, and no mail was lost.
     */
    if (result == CURLE_LOGIN_DENIED)
        return err_set(err, ERR_RETRY, "the mail server refuses the user or the password (%ld)", code);
    if (code >= 500)
        return err_set(err, ERR_REJECT, "the mail server answered %ld: %s", code, words);
    if (code >= 400)
        return err_set(err, ERR_RETRY, "the mail server answered %ld: %s", code, words);
    *unknown = upload->emptied;
    return err_set(err, ERR_RETRY, "no answer from the mail server: %s", words);
}

static void set_options(CURL *curl, const struct mail_route *route, struct upload *upload, char *words)
{
    curl_easy_setopt(curl, CURLOPT_URL, route->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_mode(route));
    if (route->ca_file[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, route->ca_file);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
    curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)route->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

int smtp_send(const struct mail_route *route, const struct mail_envelope *envelope, struct str message,
              bool *unknown, struct err *err)
{
    struct upload upload = {message, false};
    char words[CURL_ERROR_SIZE] = "", from[300], to[300];
    snprintf(from, sizeof from, "<%s>", envelope->from);
    snprintf(to, sizeof to, "<%s>", envelope->to);
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    int outcome;
    if (curl == NULL || recipients == NULL) {
        outcome = err_set(err, ERR_RETRY, "no memory for a mail connection");
    } else {
        set_options(curl, route, &upload, words);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
        outcome = judge(curl, curl_easy_perform(curl), &upload, words, unknown, err);
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return outcome;
}
