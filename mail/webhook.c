#include "mail/webhook.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

int webhook_read_secret(struct arena *arena, const char *text, struct str *secret, struct err *err)
{
    static const char prefix[] = "whsec_";
    unsigned char *bytes = arena_alloc(arena, WEBHOOK_SECRET_MAX);
    size_t size;
    if (strncmp(text, prefix, sizeof prefix - 1) != 0)
        return err_set(err, ERR_REJECT, "must begin with whsec_");
    text += sizeof prefix - 1;
    if (sodium_base642bin(bytes, WEBHOOK_SECRET_MAX, text, strlen(text), NULL, &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size < WEBHOOK_SECRET_MIN)
        return err_set(err, ERR_REJECT, "must be whsec_ and base64 of %d to %d bytes", WEBHOOK_SECRET_MIN,
                       WEBHOOK_SECRET_MAX);
    *secret = (struct str){(const char *)bytes, size};
    return 0;
}

/* The value of webhook-signature. */
static const char *sign(struct arena *arena, const struct webhook *webhook)
{
    enum {
        TEXT_SIZE = sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)
    };
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char text[TEXT_SIZE];
    crypto_auth_hmacsha256_state state;
    const char *head = arena_printf(arena, "%s.%lld.", webhook->id, (long long)webhook->timestamp_s);
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)webhook->secret.data, webhook->secret.size);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)head, strlen(head));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)webhook->body.data, webhook->body.size);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return arena_printf(arena, "v1,%s", text);
}

/* The special-purpose registry of IANA (RFC 6890), as far as it is not global. */
static bool is_private_v4(uint32_t address)
{
    static const struct {
        uint32_t network;
        int bits;
    } ranges[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
                  {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
                  {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 4},  {0xF0000000, 4}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if ((address ^ ranges[i].network) >> (32 - ranges[i].bits) == 0)
            return true;
    return false;
}

bool webhook_is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return is_private_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family != AF_INET6)
        return true;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    const uint8_t *bytes = v6.sin6_addr.s6_addr;
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    if (memcmp(bytes, mapped, sizeof mapped) == 0)
        return is_private_v4((uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 |
                             (uint32_t)bytes[14] << 8 | bytes[15]);
    /* Global unicast is 2000::/3; of it Teredo and others (2001::/23), documentation and 6to4 lead elsewhere.
     */
    return (bytes[0] & 0xE0) != 0x20 || (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02) ||
           (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8) ||
           (bytes[0] == 0x20 && bytes[1] == 0x02);
}

/* Is the host an address, and one of the inside? A name is looked at when it is called (open_socket). */
static bool names_private(const char *host)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    char plain[INET6_ADDRSTRLEN + 2];
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        return webhook_is_private((struct sockaddr *)&v4);
    if (host[0] != '[' || strlen(host) >= sizeof plain)
        return false;
    memcpy(plain, host + 1, strlen(host));
    plain[strcspn(plain, "]")] = '\0';
    return inet_pton(AF_INET6, plain, &v6.sin6_addr) == 1 && webhook_is_private((struct sockaddr *)&v6);
}

int webhook_check_url(const char *url, bool may_be_private, struct err *err)
{
    char *scheme = NULL, *host = NULL, *user = NULL;
    CURLU *parsed = curl_url();
    bool fine = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_USER, &user, 0) != CURLUE_OK &&
                (strcmp(scheme, "https") == 0 || (may_be_private && strcmp(scheme, "http") == 0));
    bool is_inside = fine && !may_be_private && names_private(host);
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parsed);
    if (is_inside)
        return err_set(err, ERR_REJECT, "must not be an address of the inside");
    return fine ? 0 : err_set(err, ERR_REJECT, "must be an https URL with a host and without a user");
}

struct attempt {
    bool may_be_private, was_refused;
};

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct attempt *attempt = data;
    (void)purpose;
    if (!attempt->may_be_private && webhook_is_private(&address->addr)) {
        attempt->was_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t drop(char *data, size_t size, size_t count, void *arg)
{
    (void)data;
    (void)arg;
    return size * count;
}

static struct curl_slist *write_headers(struct arena *arena, const struct webhook *webhook)
{
    const char *const lines[] = {
        "Content-Type: application/json",
        arena_printf(arena, "webhook-id: %s", webhook->id),
        arena_printf(arena, "webhook-timestamp: %lld", (long long)webhook->timestamp_s),
        arena_printf(arena, "webhook-signature: %s", sign(arena, webhook)),
    };
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        list = curl_slist_append(list, lines[i]);
    return list;
}

int webhook_send(struct arena *arena, const struct webhook *webhook, struct err *err)
{
    struct attempt attempt = {webhook->may_be_private, false};
    long code = 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = write_headers(arena, webhook);
    if (curl == NULL)
        return err_set(err, ERR_RETRY, "libcurl does not start");
    curl_easy_setopt(curl, CURLOPT_URL, webhook->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, webhook->may_be_private ? "https,http" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)webhook->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)webhook->body.size);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, webhook->body.data);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &attempt);
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (attempt.was_refused)
        return err_set(err, ERR_REJECT, "the webhook's address is not a public one");
    if (result != CURLE_OK)
        return err_set(err, ERR_RETRY, "no answer from the webhook: %s", curl_easy_strerror(result));
    if (code == 410)
        return err_set(err, ERR_REJECT, "the webhook answered 410: it wants no more");
    return code / 100 == 2 ? 0 : err_set(err, ERR_RETRY, "the webhook answered %ld", code);
}
