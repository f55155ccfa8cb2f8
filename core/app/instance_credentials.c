#include <string.h>

#include "core/app/instance_plan.h"
#include "venues/registry.h"

const struct fix_dialect *instance_dialect(enum config_dialect dialect) {
    switch (dialect) {
    case CONFIG_DIALECT_KRAKEN_SPOT:
        return venue_dialect_find("kraken-spot");
    }
    return NULL;
}

static bool read_one(struct credential *credential, const char *path, const char *venue,
                     const char *key, FILE *err) {
    enum credential_result result = credential_read(credential, path);
    if (result != CREDENTIAL_OK) {
        (void)fprintf(err, "tercel: venue %s, %s: %s; %s\n", venue, key, credential_what(result),
                      credential_advice(result));
    }
    return result == CREDENTIAL_OK;
}

/* A key or secret that can never log on is better refused now than by every logon. */
static bool check_usable(struct instance *instance, uint32_t index, FILE *err) {
    const struct config_venue *venue = &instance->config->venues[index];
    const struct credential *secret = &instance->signer.secrets[index];
    char signature[DIALECT_SIGNATURE_MAX];
    size_t len = instance_dialect(venue->dialect)
                     ->sign(bytes_of(secret->data, secret->len), BYTES("probe"), signature);
    explicit_bzero(signature, sizeof(signature));
    if (len == 0) {
        (void)fprintf(
            err,
            "tercel: venue %s, api_secret_file: not a secret of the form this venue gives out\n",
            venue->name);
        return false;
    }
    if (instance->keys[index].len > DIALECT_API_KEY_MAX) {
        (void)fprintf(err, "tercel: venue %s, api_key_file: longer than %d bytes\n", venue->name,
                      DIALECT_API_KEY_MAX);
        return false;
    }
    return true;
}

static bool read_hashes(struct instance *instance, FILE *err) {
    const struct config *config = instance->config;
    for (uint32_t i = 0; i < config->client_count; i++) {
        const struct config_client *client = &config->clients[i];
        if (client->password_file[0] == '\0') {
            continue;
        }
        enum credential_result result =
            credential_read_hash(instance->password_checker.hashes[i], client->password_file);
        if (result != CREDENTIAL_OK) {
            (void)fprintf(err, "tercel: client %s, password_file: %s; %s\n", client->name,
                          credential_what(result), credential_advice(result));
            return false;
        }
    }
    return true;
}

bool instance_read_credentials(struct instance *instance, FILE *err) {
    const struct config *config = instance->config;
    if (!credential_init()) {
        (void)fputs("tercel: libsodium does not work on this host\n", err);
        return false;
    }
    for (uint32_t i = 0; i < config->venue_count; i++) {
        const struct config_venue *venue = &config->venues[i];
        if (!read_one(&instance->keys[i], venue->api_key_file, venue->name, "api_key_file", err) ||
            !read_one(&instance->signer.secrets[i], venue->api_secret_file, venue->name,
                      "api_secret_file", err) ||
            !check_usable(instance, i, err)) {
            return false;
        }
    }
    return read_hashes(instance, err);
}
