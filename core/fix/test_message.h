/*
 * FIX text for tests: '|' stands for SOH. For tests and fuzzers only; shares nothing with the
 * codec.
 */
#ifndef TERCEL_CORE_FIX_TEST_MESSAGE_H
#define TERCEL_CORE_FIX_TEST_MESSAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

#define TEST_MESSAGE_MAX 8192

struct test_message {
    size_t len;
    char data[TEST_MESSAGE_MAX];
};

static inline struct bytes test_bytes(const struct test_message *message) {
    return bytes_of(message->data, message->len);
}

static inline void test_append(struct test_message *message, struct bytes text) {
    if (message->len + text.len > TEST_MESSAGE_MAX) {
        abort();
    }
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        message->data[message->len++] = byte == '|' ? '\x01' : byte;
    }
}

/* `text` as it stands, '|' turned to SOH. */
static inline struct test_message test_message_of(const char *text) {
    struct test_message message = {.len = 0};
    test_append(&message, bytes_of_string(text));
    return message;
}

/* Appends 10= with the sum of what is there. */
static inline void test_append_checksum(struct test_message *message) {
    unsigned sum = 0;
    for (size_t i = 0; i < message->len; i++) {
        sum += (unsigned char)message->data[i];
    }
    char trailer[16];
    snprintf(trailer, sizeof trailer, "10=%03u|", sum % 256);
    test_append(message, bytes_of_string(trailer));
}

/* 8=FIX.4.4|9=N|body10=ccc| around `body`, which ends with '|'. */
static inline struct test_message test_message_with(struct bytes body) {
    struct test_message message = {.len = 0};
    char head[48];
    snprintf(head, sizeof head, "8=FIX.4.4|9=%zu|", body.len);
    test_append(&message, bytes_of_string(head));
    test_append(&message, body);
    test_append_checksum(&message);
    return message;
}

/* Frames a venue published (Kraken's FIX pages), with neutral CompIDs. */
static const char *const published_frames[] = {
    "8=FIX.4.4|9=180|35=D|34=2|49=CLIENT_DRV|52=20250303-14:09:32.902|56=KRAKEN-DRV-TRD|"
    "11=9e58120f-182b-4dce-9609-8ca7cdd174f0|18=s|38=0.1|40=2|44=1000|54=1|55=PF_ETHUSD|59=1|"
    "60=20250303-14:09:32.896|10=178|",
    "8=FIX.4.4|9=179|35=G|34=3|49=CLIENT_A|52=20240625-08:57:05.000|56=KRAKEN-TRD|11=1719305825|"
    "37=OTHB2F-BNGUH-2CMLPT|38=0.2|40=2|41=1719305784|44=71000|54=1|55=BTC/USD|59=1|"
    "60=20240625-08:57:05.113|10=078|",
    "8=FIX.4.4|9=260|35=8|34=3|49=KRAKEN-TRD|56=CLIENT|52=20260407-14:32:05.122|6=0|"
    "11=1744036325000000|14=0|17=EXEC002:TRD001|37=OQNCZM-NVAVC-AVD2LO|38=0.001|39=0|40=2|44=84000|"
    "54=1|55=BTC/USD|58=buy 0.001 BTC/USD @ limit 84000|59=1|60=20260407-14:32:05.000|150=0|"
    "151=0.001|381=0|10=144|",
    "8=FIX.4.4|9=167|35=X|34=12|49=KRAKEN-MD|52=20231012-09:55:14.934|56=CLIENT|55=BTC/USD|262=0|"
    "268=1|279=1|269=1|278=O28013.0|270=28013.0|271=0.00096506|273=09:55:15.071|5041=3341325816|"
    "10=090|",
    "8=FIX.4.4|9=177|35=y|49=KRAKEN-MD|56=CLIENT|34=3|52=20231012-09:54:15.317|320=SLS1000002|"
    "322=1697104455317568799|560=0|146=1|55=BTC/USD|562=0.00000001|5010=8|5011=0.0001|2349=1|"
    "5022=0.1|5032=1|10=068|",
};

#define PUBLISHED_FRAMES (sizeof published_frames / sizeof published_frames[0])

#endif
