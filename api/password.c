#include "api/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/reply.h"
#include "base/settings.h"

enum { PASSES = 2, MEMORY_BYTES = 19 * 1024 * 1024 };

/* What is compared against when there is no such user, so that an unknown name takes as long as a wrong
 * password. */
static const char nobodys_hash[] = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct hashing {
    uv_work_t work;
    struct request *request;
    const char *password, *known; /* known NULL: make a hash */
    char hash[crypto_pwhash_STRBYTES];
    bool is_right, failed;
    void (*done_hash)(struct request *request, const char *hash);
    void (*done_verify)(struct request *request, bool is_right);
    struct hashing *next;
};

struct passwords {
    struct api *api;
    struct hashing *first, **last;
    int64_t waiting, running, running_max;
};

struct passwords *passwords_new(struct api *api)
{
    struct passwords *passwords = calloc(1, sizeof *passwords);
    if (passwords == NULL)
        abort();
    passwords->api = api;
    passwords->last = &passwords->first;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    passwords->running_max = settings.password_threads > 0 ? settings.password_threads
                             : cores > 0                   ? cores
                                                           : 1;
    return passwords;
}

void passwords_free(struct passwords *passwords)
{
    free(passwords);
}

int64_t passwords_waiting(const struct passwords *passwords)
{
    return passwords->waiting;
}

static void on_work(uv_work_t *work)
{
    struct hashing *hashing = work->data;
    size_t size = strlen(hashing->password);
    if (hashing->known != NULL)
        hashing->is_right = crypto_pwhash_str_verify(hashing->known, hashing->password, size) == 0;
    else
        hashing->failed = crypto_pwhash_str_alg(hashing->hash, hashing->password, size, PASSES, MEMORY_BYTES,
                                                crypto_pwhash_ALG_ARGON2ID13) != 0;
}

static void start_next(struct passwords *passwords);

static void on_done(uv_work_t *work, int status)
{
    (void)status; /* never cancelled */
    struct hashing *hashing = work->data;
    struct request *request = hashing->request;
    struct passwords *passwords = request->api->passwords;
    passwords->running--;
    start_next(passwords);
    if (hashing->failed)
        reply_retry_after(request, PROBLEM_BUSY, 1, "no memory for hashing a password");
    else if (hashing->done_hash != NULL)
        hashing->done_hash(request, hashing->hash);
    else
        hashing->done_verify(request, hashing->is_right && hashing->known != nobodys_hash);
}

static void start_next(struct passwords *passwords)
{
    while (passwords->first != NULL && passwords->running < passwords->running_max) {
        struct hashing *hashing = passwords->first;
        passwords->first = hashing->next;
        if (passwords->first == NULL)
            passwords->last = &passwords->first;
        passwords->waiting--;
        passwords->running++;
        if (uv_queue_work(passwords->api->loop, &hashing->work, on_work, on_done) != 0)
            abort(); /* only without a callback */
    }
}

static struct hashing *enqueue(struct request *request, const char *password)
{
    struct passwords *passwords = request->api->passwords;
    if (passwords->waiting >= settings.password_waiting_max) {
        reply_retry_after(request, PROBLEM_BUSY, 2, "too many passwords wait to be hashed");
        return NULL;
    }
    struct hashing *hashing = arena_alloc(request->arena, sizeof *hashing);
    hashing->request = request;
    hashing->password = password;
    hashing->work.data = hashing;
    *passwords->last = hashing;
    passwords->last = &hashing->next;
    passwords->waiting++;
    return hashing;
}

void password_hash(struct request *request, const char *password,
                   void (*done)(struct request *request, const char *hash))
{
    struct hashing *hashing = enqueue(request, password);
    if (hashing == NULL)
        return;
    hashing->done_hash = done;
    start_next(request->api->passwords);
}

void password_verify(struct request *request, const char *hash, const char *password,
                     void (*done)(struct request *request, bool is_right))
{
    struct hashing *hashing = enqueue(request, password);
    if (hashing == NULL)
        return;
    hashing->known = hash == NULL ? nobodys_hash : hash;
    hashing->done_verify = done;
    start_next(request->api->passwords);
}
