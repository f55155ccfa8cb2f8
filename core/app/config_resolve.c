#include <string.h>

#include "core/app/config_loader.h"
#include "core/app/nearest.h"

/* The venue of that name; UINT16_MAX when there is none. */
static uint16_t find_venue(const struct config *config, struct bytes name) {
    for (uint32_t i = 0; i < config->venue_count; i++) {
        if (bytes_equal(bytes_of_string(config->venues[i].name), name)) {
            return (uint16_t)i;
        }
    }
    return UINT16_MAX;
}

/* A venue without a valid name was complained about; what refers to it should not be. */
static bool every_venue_is_named(const struct config *config) {
    for (uint32_t i = 0; i < config->venue_count; i++) {
        if (config->venues[i].name[0] == '\0') {
            return false;
        }
    }
    return config->venue_count > 0;
}

static void complain_venue(struct config_loader *loader, const struct config_node *node) {
    char shown[CONFIG_SHOWN_MAX];
    char advice[120];
    struct nearest nearest = nearest_begin(node->text);
    for (uint32_t i = 0; i < loader->config->venue_count; i++) {
        nearest_offer(&nearest, loader->config->venues[i].name);
    }
    nearest_advise(&nearest, "write the name of a section under venues", advice, sizeof(advice));
    config_complain(loader, CONFIG_CODE_REFERENCE, node, advice, "no such venue%s",
                    config_show(node, shown));
}

static void resolve_venue(struct config_loader *loader, const struct config_place *place) {
    uint16_t index = find_venue(loader->config, place->node->text);
    memcpy((void *)place->address, &index, sizeof(index));
    if (index == UINT16_MAX && every_venue_is_named(loader->config)) {
        complain_venue(loader, place->node);
    }
}

/* False, and complained about, unless the text is a positive number of at most `digits`. */
static bool scale(struct config_loader *loader, const struct config_node *node, unsigned digits,
                  int64_t *scaled) {
    char shown[CONFIG_SHOWN_MAX];
    char advice[80];
    config_show(node, shown);
    switch (decimal_parse(node->text, digits, scaled)) {
    case DECIMAL_OK:
        break;
    case DECIMAL_TOO_PRECISE:
        snprintf(advice, sizeof(advice), "at most %u decimals, or raise the instrument's digits",
                 digits);
        config_complain(loader, CONFIG_CODE_CONFLICT, node, advice,
                        "has more decimals than the instrument%s", shown);
        return false;
    case DECIMAL_MALFORMED:
    case DECIMAL_OVERFLOW:
        config_complain(loader, CONFIG_CODE_RANGE, node, "use fewer digits",
                        "is too large to be counted in 64 bits%s", shown);
        return false;
    }
    if (*scaled == 0) {
        config_complain(loader, CONFIG_CODE_RANGE, node, "more than 0", "is zero%s", shown);
        return false;
    }
    return true;
}

static void scale_field(struct config_loader *loader, const uint32_t *digits, int64_t *scaled) {
    /* struct price and struct quantity are one int64_t each. */
    const struct config_place *place = config_place_find(loader, scaled, sizeof(*scaled));
    if (place == NULL || config_place_find(loader, digits, sizeof(*digits)) == NULL) {
        return;
    }
    if (!scale(loader, place->node, *digits, scaled)) {
        *scaled = 0;
    }
}

void config_resolve(struct config_loader *loader) {
    for (size_t i = 0; i < loader->place_count; i++) {
        const struct config_key *row = loader->places[i].row;
        if (row != NULL && (row->type == CONFIG_TYPE_VENUE || row->type == CONFIG_TYPE_VENUES)) {
            resolve_venue(loader, &loader->places[i]);
        }
    }
    for (uint32_t i = 0; i < loader->config->instrument_count; i++) {
        struct config_instrument *instrument = &loader->config->instruments[i];
        scale_field(loader, &instrument->price_digits, &instrument->tick.scaled);
        scale_field(loader, &instrument->quantity_digits, &instrument->lot.scaled);
        scale_field(loader, &instrument->quantity_digits, &instrument->min_quantity.scaled);
        scale_field(loader, &instrument->quantity_digits, &instrument->contract_size.scaled);
        if (config_place_find(loader, &instrument->cash_digits, sizeof(uint32_t)) == NULL) {
            instrument->cash_digits = instrument->price_digits;
        }
    }
}
