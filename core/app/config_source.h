/*
 * The file's text: whether it is text at all, and lines of it fit to be quoted in a message.
 *
 * A quoted line may hold a secret that the operator put in the wrong place. Once the tree is built
 * and its hidden nodes are marked (config_fill.h), exactly those are covered with '*', and comments
 * are cut. Before that nobody knows what is what: then every word that is not the schema's own is
 * covered. Cold.
 */
#ifndef TERCEL_CORE_APP_CONFIG_SOURCE_H
#define TERCEL_CORE_APP_CONFIG_SOURCE_H

#include <stdbool.h>

#include "core/app/config_report.h"
#include "core/app/config_tree.h"
#include "core/base/bytes.h"

struct config_source {
    struct bytes text;
    const struct config_tree *tree; /* NULL until the hidden nodes are marked */
};

/*
 * Whether `text` is UTF-8 without NUL, control characters but tab, CR LF and LF, other line
 * breaks, byte order marks and bidirectional overrides. Otherwise false, *why is static text and
 * *at the place.
 */
bool config_source_is_text(struct bytes text, const char **why, struct config_mark *at);

/* Fills excerpt and excerpt_column of `problem` from its line and column. */
void config_source_quote(const struct config_source *source, struct config_problem *problem);

#endif
