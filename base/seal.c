#include "base/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

static_assert(sizeof(struct seal_key) == crypto_secretbox_KEYBYTES, "the key fits libsodium's box");

enum { PATH_LIMIT = 4096 };

static int key_path(const char *folder, char path[PATH_LIMIT], struct err *err)
{
    if (snprintf(path, PATH_LIMIT, "%s/secret.key", folder) >= PATH_LIMIT)
        return err_set(err, ERR_REJECT, "the path of the keys is too long");
    return 0;
}

int seal_load(const char *folder, struct seal_key *key, struct err *err)
{
    char path[PATH_LIMIT];
    if (key_path(folder, path, err) != 0)
        return -1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return err_set(err, ERR_REJECT, "%s: %s; `purser keys` makes it", path, strerror(errno));
    struct stat about;
    uint8_t bytes[sizeof *key + 1];
    ssize_t size = fstat(file, &about) == 0 ? read(file, bytes, sizeof bytes) : -1;
    close(file);
    if (size != (ssize_t)sizeof *key)
        return err_set(err, ERR_REJECT, "%s must be a file of %zu bytes", path, sizeof *key);
    if ((about.st_mode & 077) != 0)
        return err_set(err, ERR_REJECT, "%s is readable by others: its mode must be 0600", path);
    memcpy(key->bytes, bytes, sizeof *key);
    sodium_memzero(bytes, sizeof bytes);
    return 0;
}

int seal_make(const char *folder, struct err *err)
{
    char path[PATH_LIMIT], fresh[PATH_LIMIT + 8];
    if (key_path(folder, path, err) != 0)
        return -1;
    if (access(path, F_OK) == 0)
        return 0;
    snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
    int file = mkstemp(fresh); /* mode 0600 */
    if (file < 0)
        return err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    struct seal_key key;
    randombytes_buf(key.bytes, sizeof key.bytes);
    int failed = write(file, key.bytes, sizeof key.bytes) != (ssize_t)sizeof key.bytes || fsync(file) != 0;
    sodium_memzero(&key, sizeof key);
    close(file);
    /* link and not rename: of two that make the key at once, one wins and both keep its key. */
    if (!failed && link(fresh, path) != 0 && errno != EEXIST)
        failed = 1;
    int cause = errno;
    unlink(fresh);
    return failed ? err_set(err, ERR_REJECT, "%s can't be written: %s", path, strerror(cause)) : 0;
}

struct seal_key seal_derive(const struct seal_key *key, const char *purpose)
{
    struct seal_key derived;
    hash_keyed(key->bytes, purpose, strlen(purpose), derived.bytes);
    return derived;
}

char *seal_close(struct arena *arena, const struct seal_key *key, struct str plain)
{
    size_t boxed = plain.size + crypto_secretbox_MACBYTES, size = crypto_secretbox_NONCEBYTES + boxed;
    uint8_t *bytes = arena_alloc(arena, size);
    randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, (const uint8_t *)plain.data, plain.size, bytes,
                          key->bytes);
    size_t length = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(arena, length);
    return sodium_bin2base64(text, length, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int seal_open(struct arena *arena, const struct seal_key *key, struct str sealed, struct str *plain,
              struct err *err)
{
    uint8_t *bytes = arena_alloc(arena, sealed.size + 1);
    size_t size = 0;
    const char *end = sealed.data;
    if (sodium_base642bin(bytes, sealed.size + 1, sealed.data, sealed.size, NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != sealed.data + sealed.size || size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
        return err_set(err, ERR_REJECT, "is not a sealed text");
    size_t boxed = size - crypto_secretbox_NONCEBYTES, length = boxed - crypto_secretbox_MACBYTES;
    char *out = arena_alloc(arena, length + 1);
    if (crypto_secretbox_open_easy((uint8_t *)out, bytes + crypto_secretbox_NONCEBYTES, boxed, bytes,
                                   key->bytes) != 0)
        return err_set(err, ERR_REJECT, "was not sealed with this instance's secret.key");
    *plain = (struct str){out, length};
    return 0;
}
