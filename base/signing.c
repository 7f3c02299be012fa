#include "base/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/seal.h"

enum { PATH_LIMIT = 4096, COORDINATE_SIZE = 32 };

static void encode(const uint8_t bytes[COORDINATE_SIZE], char text[SIGNING_TEXT_SIZE])
{
    sodium_bin2base64(text, SIGNING_TEXT_SIZE, bytes, COORDINATE_SIZE,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static int read_coordinate(const EVP_PKEY *pkey, const char *name, char text[SIGNING_TEXT_SIZE])
{
    BIGNUM *number = NULL;
    uint8_t bytes[COORDINATE_SIZE];
    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
        return -1;
    int size = BN_bn2binpad(number, bytes, sizeof bytes);
    BN_free(number);
    if (size != COORDINATE_SIZE)
        return -1;
    encode(bytes, text);
    return 0;
}

/* RFC 7638: SHA-256 over the required members in lexical order, without white space. */
static void write_kid(struct signing_key *key)
{
    char jwk[200];
    uint8_t digest[HASH_SIZE];
    int size = snprintf(jwk, sizeof jwk, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                        key->x, key->y);
    hash_sha256(jwk, (size_t)size, digest);
    encode(digest, key->kid);
}

static int read_key(const EVP_PKEY *pkey, struct signing_key *key)
{
    char group[32] = "";
    size_t length = 0;
    if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &length) != 1 ||
        strcmp(group, "prime256v1") != 0 || read_coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_X, key->x) != 0 ||
        read_coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, key->y) != 0)
        return -1;
    BIO *out = BIO_new(BIO_s_mem());
    int size = -1;
    if (out != NULL && PEM_write_bio_PUBKEY(out, pkey) == 1)
        size = BIO_read(out, key->public_pem, SIGNING_PEM_MAX - 1);
    BIO_free(out);
    write_kid(key);
    return size > 0 ? 0 : -1;
}

/* 1 when there is no such file and it is not required. */
static int load_key(const char *folder, const char *name, bool required, struct signing_key *key,
                    struct err *err)
{
    char path[PATH_LIMIT];
    struct stat about;
    memset(key, 0, sizeof *key);
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_LIMIT)
        return err_set(err, ERR_REJECT, "the path of the keys is too long");
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT && !required)
        return 1;
    if (file < 0)
        return err_set(err, ERR_REJECT, "%s: %s; `purser keys` makes it", path, strerror(errno));
    ssize_t size = fstat(file, &about) == 0 ? read(file, key->private_pem, SIGNING_PEM_MAX - 1) : -1;
    close(file);
    if (size > 0 && (about.st_mode & 077) != 0)
        return err_set(err, ERR_REJECT, "%s is readable by others: its mode must be 0600", path);
    BIO *in = size > 0 ? BIO_new_mem_buf(key->private_pem, (int)size) : NULL;
    EVP_PKEY *pkey = in == NULL ? NULL : PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    int failed = pkey == NULL || read_key(pkey, key) != 0;
    EVP_PKEY_free(pkey);
    BIO_free(in);
    return failed ? err_set(err, ERR_REJECT, "%s holds no P-256 private key", path) : 0;
}

int signing_load(const char *folder, struct signing_keys *keys, struct err *err)
{
    if (load_key(folder, "es256.pem", true, &keys->current, err) != 0)
        return -1;
    int old = load_key(folder, "es256.old.pem", false, &keys->old, err);
    keys->has_old = old == 0;
    return old < 0 ? -1 : 0;
}

static int write_fresh_key(const char *path, struct err *err)
{
    char fresh[PATH_LIMIT + 8];
    snprintf(fresh, sizeof fresh, "%s.XXXXXX", path);
    int file = mkstemp(fresh); /* mode 0600 */
    FILE *out = file < 0 ? NULL : fdopen(file, "w");
    if (out == NULL)
        return err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    bool failed = pkey == NULL || PEM_write_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL) != 1;
    EVP_PKEY_free(pkey);
    failed |= fflush(out) != 0 || fsync(file) != 0;
    failed |= fclose(out) != 0;
    /* link and not rename: of two that make the key at once, one wins and both keep its key. */
    if (!failed && link(fresh, path) != 0 && errno != EEXIST)
        failed = true;
    unlink(fresh);
    return failed ? err_set(err, ERR_REJECT, "%s can't be written", path) : 0;
}

int signing_make(const char *folder, struct err *err)
{
    char path[PATH_LIMIT];
    if (snprintf(path, sizeof path, "%s/es256.pem", folder) >= PATH_LIMIT)
        return err_set(err, ERR_REJECT, "the path of the keys is too long");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return err_set(err, ERR_REJECT, "%s: %s", folder, strerror(errno));
    if (access(path, F_OK) != 0 && write_fresh_key(path, err) != 0)
        return -1;
    return seal_make(folder, err);
}
