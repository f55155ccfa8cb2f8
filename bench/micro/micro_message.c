#include "bench/micro/micro_message.h"

#include <stdio.h>
#include <string.h>

#include "core/base/prng.h"

#define SCRATCH 1024

/* 8, 9, `body` and 10 with '|' for SOH; the length must come out as promised. */
static void frame(const char *body, char *out, size_t bytes) {
    char text[SCRATCH];
    int len = snprintf(text, sizeof(text), "8=FIX.4.4|9=%zu|%s", strlen(body), body);
    micro_require(len > 0 && (size_t)len + 7 == bytes, "a message has not the length it should");
    unsigned sum = 0;
    for (int i = 0; i < len; i++) {
        text[i] = text[i] == '|' ? '\x01' : text[i];
        sum += (unsigned char)text[i];
    }
    (void)snprintf(text + len, sizeof(text) - (size_t)len, "10=%03u\x01", sum % 256);
    memcpy(out, text, bytes);
}

void micro_new_orders(struct micro_messages *messages) {
    messages->bytes = MICRO_NEW_ORDER_BYTES;
    for (unsigned i = 0; i < MICRO_CYCLE; i++) {
        char body[SCRATCH];
        (void)snprintf(body, sizeof(body),
                       "35=D|34=%u|49=FIRMA|52=20260105-12:00:00.%03u|56=TERCEL|11=ORD%06u|1=MM1|"
                       "55=BTC-USD|100=KRAKEN|54=%u|38=0.%04u|40=2|44=%u.5|59=1|21=1|"
                       "60=20260105-12:00:00.%03u|",
                       1000 + i, 100 + i, 123400 + i * 7, 1 + i % 2, 1111 + i * 13, 30000 + i * 9,
                       99 + i);
        frame(body, messages->text[i], messages->bytes);
    }
}

/* Puts the fields after the first into one of many orders, drawn from `order`; 0: as they are. */
static void shuffle(char *body, unsigned order) {
    enum { FIELDS_MAX = 32 };
    char copy[SCRATCH];
    const char *fields[FIELDS_MAX];
    size_t count = 0;
    struct prng prng;
    prng_seed(&prng, order);
    memcpy(copy, body, strlen(body) + 1);
    for (char *rest = copy, *field; (field = strsep(&rest, "|")) != NULL && *field != '\0';) {
        fields[count++] = field;
    }
    for (size_t i = count - 1; order != 0 && i > 1; i--) {
        size_t other = 1 + (size_t)prng_below(&prng, i);
        const char *field = fields[i];
        fields[i] = fields[other];
        fields[other] = field;
    }
    char *out = body;
    for (size_t i = 0; i < count; i++) {
        out = stpcpy(stpcpy(out, fields[i]), "|");
    }
}

void micro_new_orders_in_orders(struct micro_messages *messages, unsigned orders) {
    messages->bytes = MICRO_NEW_ORDER_BYTES;
    for (unsigned i = 0; i < MICRO_CYCLE; i++) {
        char body[SCRATCH];
        (void)snprintf(body, sizeof(body),
                       "35=D|34=%u|49=FIRMA|52=20260105-12:00:00.%03u|56=TERCEL|"
                       "11=ORD-20260105-%06uA|55=BTC-USD|100=KRAKEN|54=%u|38=0.%04u|40=2|44=%u.5|"
                       "59=1|60=20260105-12:00:00.%03u|",
                       1000 + i, 100 + i, 123400 + i * 7, 1 + i % 2, 1111 + i * 13, 30000 + i * 9,
                       99 + i);
        shuffle(body, i % orders);
        frame(body, messages->text[i], messages->bytes);
    }
}

void micro_reports(struct micro_messages *messages) {
    messages->bytes = MICRO_REPORT_BYTES;
    for (unsigned i = 0; i < MICRO_CYCLE; i++) {
        char body[SCRATCH];
        (void)snprintf(
            body, sizeof(body),
            "35=8|34=%u|49=KRAKEN-TRD|52=20260407-14:32:05.%03u|56=TERCEL|6=%u.5|"
            "1=MM1|11=9e58120f-182b-4dce-%04u|14=0.%04u|17=EXEC%04u:TRD001|"
            "31=%u.5|32=0.%04u|37=OQNCZM-NVAVC-AVD2LO|38=0.75|39=1|40=2|44=%u.5|54=1|"
            "55=BTC/USD|59=1|60=20260407-14:32:05.%03u|150=F|423=2|151=0.%04u|527=TR%02u|",
            1000 + i, 100 + i, 30000 + i, 1000 + i, 1111 + i, 2000 + i, 30000 + i, 1111 + i,
            31000 + i, 100 + i, 6389 - i, 30 + i);
        frame(body, messages->text[i], messages->bytes);
    }
}

void micro_market_data(struct micro_messages *messages) {
    messages->bytes = MICRO_MARKET_DATA_BYTES;
    for (unsigned i = 0; i < MICRO_CYCLE; i++) {
        char body[SCRATCH];
        int len = snprintf(body, sizeof(body),
                           "35=X|34=%u|49=KRAKEN-MD|52=20260407-14:32:05.%03u|56=TERCEL|262=1|"
                           "268=10|",
                           1000 + i, 100 + i);
        for (unsigned entry = 0; entry < 10; entry++) {
            len += snprintf(body + len, sizeof(body) - (size_t)len,
                            "279=%u|269=%u|278=M-%u|55=BTC/USD|270=%u.5|271=0.%03u|", entry % 3,
                            entry % 2, 1000 + i * 10 + entry, 28000 + i + entry, 100 + i * entry);
        }
        frame(body, messages->text[i], messages->bytes);
    }
}
